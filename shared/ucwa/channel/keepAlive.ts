import type { Clock } from '../../clock';

/** A third of the time after which UCWA drops an application that nobody polls: two of three may fail. */
export const POLL_AGAIN_MS = 300_000;

/**
 * While a package cannot be published (the bus is down) it is polled again now and then: it is not acknowledged by that,
 * and the application does not expire with all that waits on it. Goes on until what it returns is called, which resolves
 * when no poll is out any more. `poll` never rejects.
 */
export function keepAlive(clock: Clock, poll: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  let polling: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  const cancel = clock.setTimer(POLL_AGAIN_MS, () => {
    const stop = new AbortController();
    polling = { stop, done: pollNowAndThen(clock, poll, stop.signal) };
  });
  return async () => {
    cancel();
    polling?.stop.abort();
    await polling?.done;
  };
}

async function pollNowAndThen(
  clock: Clock,
  poll: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await poll(signal);
    await clock.sleep(POLL_AGAIN_MS, signal);
  }
}

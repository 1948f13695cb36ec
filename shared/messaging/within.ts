import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';

/** `busUnavailable`: the time was up. */
export class DeadlinePassed extends RelayError {
  constructor(timeoutMs: number) {
    super('busUnavailable', `Service Bus did not answer within ${timeoutMs / 1000} s.`);
  }
}

/** Settles as `work` does; rejects when the time is up even where the SDK, which does not heed the signal everywhere, still waits. */
export async function within<Result>(
  clock: Clock,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeUp = new AbortController();
  let cancel = (): void => undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    cancel = clock.setTimer(timeoutMs, () => {
      timeUp.abort();
      reject(new DeadlinePassed(timeoutMs));
    });
  });
  try {
    return await Promise.race([work(timeUp.signal), deadline]);
  } finally {
    cancel();
  }
}

import { RelayError } from '../errors/relayError';

/**
 * Waits for work that others share, no longer than one caller cares: rejects with `upstreamTimeout` when `signal`
 * aborts, and the work goes on.
 */
export async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () =>
      reject(new RelayError('upstreamTimeout', 'The request was stopped before Skype for Business had answered.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

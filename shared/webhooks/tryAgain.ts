import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';

/** Waits between tries: storage and bus usually blink, and a ring cannot wait longer. */
const WAITS_MS = [100, 400, 1000, 2000];

/** Runs `action` up to five times within some 3.5 s while its error is retryable, then lets the last error through. */
export async function tryAgain<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await action();
    } catch (error) {
      if (!toRelayError(error).retryable) throw error;
    }
    await clock.sleep(waitMs);
  }
  return action();
}

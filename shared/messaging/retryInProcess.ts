import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';
import { waitMs, type BackOff } from '../backOff';

/** A message that is given back comes again at once and uses up its deliveries; so transient faults are waited out here. */
const TRY_FOR_MS = 60_000;
const backOff: BackOff = { baseMs: 200, capMs: 10_000 };

/** Does the work, again and again for up to 60 seconds while what fails is retryable; then rejects with the last error. */
export async function retryInProcess<T>(
  work: () => Promise<T>,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): Promise<T> {
  const untilMs = clock.now() + TRY_FOR_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const known = toRelayError(error);
      const pauseMs = waitMs(backOff, attempt, random, known.retryAfterMs);
      if (!known.retryable || clock.now() + pauseMs > untilMs) throw error;
      await clock.sleep(pauseMs);
    }
  }
}

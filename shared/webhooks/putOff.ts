import type { DeliveryMessage } from './deliveryMessage';
import type { Refusal } from './subscriberGate';

const FIRST_MS = 500;
/** Who is busy works; and rings are few, for they expire. */
const LONGEST_SOON_MS = 8000;
/**
 * Ends of calls pile up behind a subscriber that does not work, and each look costs the bus: ten thousand that looked every
 * few minutes would hurt everyone else. Once it works again, they come about as late as it was down before.
 */
const LONGEST_MS = 1_800_000;
/** With less left of a ring than this, nobody would hear it in it. */
const LEAST_LEFT_MS = 500;

/**
 * When a message whose subscriber takes nothing now looks again; undefined where its ring is over before anything is taken.
 * After the time told: half a second, and twice as much each further time; where nothing has succeeded for longer, as long as
 * that, unless it is a ring at an open circuit, for which one has to be there. All within half and one and a half of that, so that
 * not all come at once, and a ring within half of what is left of it. Pure. @param random from 0 to 1; 0.5 is the wait itself.
 */
export function putOffUntilMs(
  { why, untilMs, failingMs = 0 }: Refusal,
  { event: { expiryTimeMs }, deferrals }: Pick<DeliveryMessage, 'event' | 'deferrals'>,
  random: number,
): number | undefined {
  const isRing = expiryTimeMs !== undefined;
  const leastMs = isRing && why === 'circuitOpen' ? 0 : failingMs;
  const longestMs = isRing || why === 'busy' ? LONGEST_SOON_MS : LONGEST_MS;
  const waitMs = Math.min(Math.max(FIRST_MS * 2 ** deferrals, leastMs), longestMs) * (0.5 + random);
  if (!isRing) return untilMs + waitMs;
  const leftMs = expiryTimeMs - untilMs;
  return leftMs < LEAST_LEFT_MS ? undefined : untilMs + Math.min(waitMs, leftMs / 2);
}

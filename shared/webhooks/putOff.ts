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

/**
 * When a message whose subscriber takes nothing now looks again: after the time told, by half a second at first and by
 * twice as much each further time, and by at least as much as nothing has succeeded before. Spread by half, so that not all
 * of them come at once. Pure. @param random from 0 to 1; 0.5 is the wait itself.
 */
export function putOffUntilMs({ why, untilMs, failingMs = 0 }: Refusal, { event, deferrals }: Pick<DeliveryMessage, 'event' | 'deferrals'>, random: number): number {
  const isRing = event.expiryTimeMs !== undefined;
  // A circuit lets one through when it may close, and a ring is worth being that one.
  const leastMs = isRing && why === 'circuitOpen' ? 0 : failingMs;
  return untilMs + Math.min(Math.max(FIRST_MS * 2 ** deferrals, leastMs), isRing || why === 'busy' ? LONGEST_SOON_MS : LONGEST_MS) * (0.5 + random);
}

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
 * twice as much each further time; the end of a call by at least as much as the subscriber has been failing. Spread by
 * half, so that not all of them come at once. Pure. @param random from 0 to 1; 0.5 is the wait itself.
 */
export function putOffUntilMs({ why, untilMs, failingMs = 0 }: Refusal, { event, deferrals }: Pick<DeliveryMessage, 'event' | 'deferrals'>, random: number): number {
  const growingMs = FIRST_MS * 2 ** deferrals;
  const isSoon = event.expiryTimeMs !== undefined || why === 'busy';
  return untilMs + (isSoon ? Math.min(growingMs, LONGEST_SOON_MS) : Math.min(Math.max(growingMs, failingMs), LONGEST_MS)) * (0.5 + random);
}

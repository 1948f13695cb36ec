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
/** Who was turned away at an open circuit comes back one after another, over ten seconds: all at once would only find the probe before them. */
const TURN_MS = 100;
const TURNS = 100;
/** What comes back at the same moment is recorded together: of a hundred rings that expire in a second, most were a transaction of their own. */
const MOMENT_MS = 250;

/**
 * When a message whose subscriber takes nothing now looks again; undefined where its ring is over before anything is taken.
 * After the time told: half a second, and twice as much each further time; more where nothing has succeeded for longer, but
 * for a ring at an open circuit, which waits for a probe. All within half and one and a half of that, so that not all come
 * at once, and a ring within half of what is left of it; then to the next full quarter of a second. Pure. @param random from 0 to 1; 0.5 is the wait itself.
 */
export function putOffUntilMs({ why, untilMs, failingMs = 0, turn = 0 }: Refusal, { event: { expiryTimeMs }, deferrals }: Pick<DeliveryMessage, 'event' | 'deferrals'>, random: number): number | undefined {
  const isRing = expiryTimeMs !== undefined;
  const leastMs = isRing && why === 'circuitOpen' ? 0 : failingMs;
  const longestMs = isRing || why === 'busy' ? LONGEST_SOON_MS : LONGEST_MS;
  const waitMs = Math.min(Math.max(FIRST_MS * 2 ** deferrals, leastMs), longestMs) * (0.5 + random) + TURN_MS * (turn % TURNS);
  if (!isRing) return toMoment(untilMs + waitMs);
  const leftMs = expiryTimeMs - untilMs;
  return leftMs < 2 * MOMENT_MS ? undefined : toMoment(untilMs + Math.min(waitMs, leftMs / 2));
}

function toMoment(atMs: number): number {
  return Math.ceil(atMs / MOMENT_MS) * MOMENT_MS;
}

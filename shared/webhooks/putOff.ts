export interface PutOffInput {
  readonly why: 'busy' | 'throttled' | 'circuitOpen';
  /** Before this the subscriber takes nothing; for one that is only busy, now. */
  readonly untilMs: number;
  /** How often this attempt has been put off before. */
  readonly deferrals: number;
  /** Whether it is an event of a ring, which must come soon or not at all. */
  readonly inRing: boolean;
  /** From 0 to 1; 0.5 is the wait itself. */
  readonly random: number;
}

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
 * twice as much each further time, spread by half so that not all of them come at once. Pure.
 */
export function putOffUntilMs({ why, untilMs, deferrals, inRing, random }: PutOffInput): number {
  return untilMs + Math.min(FIRST_MS * 2 ** deferrals, inRing || why === 'busy' ? LONGEST_SOON_MS : LONGEST_MS) * (0.5 + random);
}

import type { BackOff } from '../../backOff';

export { waitMs } from '../../backOff';

/** Transient trouble: a call rings for half a minute, so nobody waits longer than that. */
export const transientBackOff: BackOff = { baseMs: 500, capMs: 30_000 };

/** Applications that are lost again as soon as they are made: a loop that was seen on real pools, so it slows down for good. */
export const recreationBackOff: BackOff = { baseMs: 2_000, capMs: 600_000 };

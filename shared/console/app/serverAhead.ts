/** A clock that was set, by a person or after a sleep, is off by more than an answer's way from the relay. */
const CLOCK_WAS_SET_MS = 1000;

/**
 * How far the server's clock is ahead of the browser's, in milliseconds. An answer shows too little by as long as it was on its way,
 * so that the greatest counts: a slow answer turns no countdown back. Pure.
 */
export function bestServerAhead(knownMs: number | undefined, shownMs: number): number {
  return knownMs === undefined || knownMs - shownMs > CLOCK_WAS_SET_MS ? shownMs : Math.max(knownMs, shownMs);
}

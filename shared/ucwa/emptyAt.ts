/**
 * A P-GET that took this long was held open by the pool: the channel was empty meanwhile. Shorter, it may have been a slow
 * answer. A second less than what counts as late, so that a ring just before that is not late for the moments it takes to publish.
 */
export const HELD_MS = 4_000;

/**
 * The last moment at which the channel was known to be empty or read to its end, for a package that came at
 * `receivedAtMs` in answer to a P-GET of `sentAtMs`; `readToEndMs` is when the package before it came. An invitation
 * ends the pool's holding at once (it is a high-priority event), so what ends a long P-GET has only just happened. Pure.
 */
export function emptyAtMs({
  readToEndMs,
  sentAtMs,
  receivedAtMs,
}: {
  readonly readToEndMs: number;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}): number {
  return receivedAtMs - sentAtMs >= HELD_MS ? receivedAtMs : readToEndMs;
}

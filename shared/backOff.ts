/** How long to wait before a try, and no longer than what. */
export interface BackOff {
  /** The bound of the first wait; it doubles with each further one. */
  readonly baseMs: number;
  /** The bound of every wait. */
  readonly capMs: number;
}

/** No peer's Retry-After is believed beyond this: ten minutes, well within the fifteen after which a pool drops an application. */
const LONGEST_RETRY_AFTER_MS = 600_000;

/**
 * The wait before repetition number `attempt` (1 is the first), with full jitter: anywhere between nothing and the
 * doubling bound, so that many accounts that failed together do not come back together. A Retry-After is waited out
 * first, jitter comes on top. Pure. (AWS Architecture Blog, "Exponential Backoff And Jitter"; RFC 9110 §10.2.3.)
 */
export function waitMs(backOff: BackOff, attempt: number, random: () => number, retryAfterMs = 0): number {
  const boundMs = Math.min(backOff.capMs, backOff.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) + Math.floor(random() * boundMs);
}

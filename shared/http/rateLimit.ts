import { RelayError } from '../errors/relayError';

/**
 * A token bucket per caller and instance: `burst` requests at once, then `perSecond`. Callers that have been quiet until
 * their bucket is full again are forgotten, so memory follows the callers of the last seconds.
 * @param elapsedMs reads a clock that never goes back: with the time of day, a clock that is set back would refuse callers.
 * Errors: `tooManyRequests` with the time until the next one is let through.
 */
export function createRateLimit(
  elapsedMs: () => number,
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
): (caller: string) => void {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  const fullAfterMs = (burst / perSecond) * 1000;
  let sweptAtMs = elapsedMs();
  return (caller) => {
    const nowMs = elapsedMs();
    if (nowMs - sweptAtMs > fullAfterMs) {
      for (const [name, { atMs }] of buckets) if (nowMs - atMs > fullAfterMs) buckets.delete(name);
      sweptAtMs = nowMs;
    }
    const bucket = buckets.get(caller) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
    if (tokens < 1) {
      throw new RelayError(
        'tooManyRequests',
        `At most ${String(perSecond)} requests a second, ${String(burst)} at once.`,
        {
          retryAfterMs: ((1 - tokens) / perSecond) * 1000,
        },
      );
    }
    buckets.set(caller, { tokens: tokens - 1, atMs: nowMs });
  };
}

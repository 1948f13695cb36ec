/** The longest wait that a subscriber can ask for: one hour. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Reads a Retry-After header: seconds, which some servers send with decimals, or an HTTP date (RFC 9110 §10.2.3).
 * Returns milliseconds from now, from 0 to one hour; undefined where there is none or it cannot be read.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const waitMs = /^\d+(\.\d*)?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : /[A-Za-z]{3}/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

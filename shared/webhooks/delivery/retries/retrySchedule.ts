const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The wait in milliseconds before each attempt, counted from the end of the attempt before: dense at first, because a
 * call rings for some 30 s, then that of the Standard Webhooks example ("Deliverability and reliability"). 15 attempts
 * over a little more than three days.
 */
export const scheduleMs: readonly number[] = [
  0,
  1 * SECOND_MS,
  2 * SECOND_MS,
  4 * SECOND_MS,
  8 * SECOND_MS,
  15 * SECOND_MS,
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/**
 * The wait in milliseconds after `attemptsMade` attempts, spread by ±20 % so that subscribers that failed together do
 * not come back together; undefined when there is no further attempt. @param random from 0 to 1; 0.5 is the schedule itself.
 */
export function retryDelayMs(attemptsMade: number, random: number): number | undefined {
  const delayMs = scheduleMs[attemptsMade];
  return delayMs === undefined ? undefined : Math.round(delayMs * (0.8 + 0.4 * random));
}

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

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

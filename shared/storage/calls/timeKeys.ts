/** 13 digits of milliseconds reach to the year 2286. */
const HIGHEST_MS = 9_999_999_999_999;
const MINUTE_MS = 60_000;

/** Thirteen digits that sort the newest first. A moment before 1970, or after 2286, stands at that end. */
export function newestFirst(timeMs: number): string {
  return String(HIGHEST_MS - within(timeMs)).padStart(13, '0');
}

/** The moment of newestFirst. */
export function timeOf(inverted: string): number {
  return HIGHEST_MS - Number(inverted);
}

/** The minute of a moment, nine digits that sort the newest first. */
export function newestFirstMinute(timeMs: number): string {
  return String(Math.floor(HIGHEST_MS / MINUTE_MS) - Math.floor(within(timeMs) / MINUTE_MS)).padStart(9, '0');
}

function within(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs), 0), HIGHEST_MS);
}

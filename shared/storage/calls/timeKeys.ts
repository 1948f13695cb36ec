/** 13 digits of milliseconds reach to the year 2286. */
const HIGHEST_MS = 9_999_999_999_999;
const MINUTE_MS = 60_000;

/** Thirteen digits that sort the newest first. */
export function newestFirst(timeMs: number): string {
  return String(HIGHEST_MS - Math.floor(timeMs)).padStart(13, '0');
}

/** The moment of newestFirst. */
export function timeOf(inverted: string): number {
  return HIGHEST_MS - Number(inverted);
}

/** The minute of a moment, nine digits that sort the newest first. */
export function newestFirstMinute(timeMs: number): string {
  return String(Math.floor(HIGHEST_MS / MINUTE_MS) - Math.floor(timeMs / MINUTE_MS)).padStart(9, '0');
}

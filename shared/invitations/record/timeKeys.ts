/** 13 digits of milliseconds reach to the year 2286. */
const LAST_MS = 9_999_999_999_999;
const MINUTE_MS = 60_000;

/** Thirteen digits that sort by time. A moment before 1970, or after 2286, stands at that end. */
export function toTimeKey(timeMs: number): string {
  return String(Math.min(Math.max(Math.floor(timeMs), 0), LAST_MS)).padStart(13, '0');
}

/** Thirteen digits that sort the newest first; else as toTimeKey. */
export function newestFirst(timeMs: number): string {
  return toTimeKey(LAST_MS - Math.floor(timeMs));
}

/** The moment of newestFirst. */
export function timeOf(inverted: string): number {
  return LAST_MS - Number(inverted);
}

/** The minute of a moment, nine digits that sort the newest first. */
export function newestFirstMinute(timeMs: number): string {
  const withinMs = timeOf(newestFirst(timeMs));
  return String(Math.floor(LAST_MS / MINUTE_MS) - Math.floor(withinMs / MINUTE_MS)).padStart(9, '0');
}

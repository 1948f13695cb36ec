import { DELIVERY_ID, toTimeKey } from '../../invitations/record/eventKey';

/** 13 digits of milliseconds reach to the year 2286. */
const HIGHEST_MS = 9_999_999_999_999;
const MINUTE_MS = 60_000;

/** Thirteen digits that sort the newest first. A moment before 1970, or after 2286, stands at that end. */
export function newestFirst(timeMs: number): string {
  return toTimeKey(HIGHEST_MS - Math.floor(timeMs));
}

/** The moment of newestFirst. */
export function timeOf(inverted: string): number {
  return HIGHEST_MS - Number(inverted);
}

/** The minute of a moment, nine digits that sort the newest first. */
export function newestFirstMinute(timeMs: number): string {
  const withinMs = timeOf(newestFirst(timeMs));
  return String(Math.floor(HIGHEST_MS / MINUTE_MS) - Math.floor(withinMs / MINUTE_MS)).padStart(9, '0');
}

/** Keys of `feed` and of `deliveries`: a moment of newestFirst, then the partition and the row of an event. */
export const TIMED_EVENT_KEY = new RegExp(`^(\\d{13})\\.${DELIVERY_ID}$`);

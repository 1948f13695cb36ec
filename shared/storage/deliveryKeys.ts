import { createHash } from 'node:crypto';

/**
 * A text as a partition or row key: itself where it is of letters, digits, `_` and `-` (event and invitation ids are),
 * else its hash, because keys take no `/`, `\`, `#`, `?` (Azure Tables, "Characters disallowed in key fields"). So what a
 * caller asks for is not there, rather than an error of the storage account.
 */
export function toTableKey(text: string): string {
  return /^[\w-]{1,200}$/.test(text) ? text : `x${createHash('sha256').update(text).digest('hex')}`;
}

const HIGHEST_MS = 9_999_999_999_999;

/** Thirteen digits that sort the newest first. */
export function toNewestFirst(timeMs: number): string {
  return String(HIGHEST_MS - timeMs).padStart(13, '0');
}

/**
 * The partition of the delivery log: one for all, so that an event's hundred attempts are written in two or three transactions.
 * It takes 2,000 entities a second (Azure Table storage, "Scalability targets"), and most hold dozens of attempts.
 */
export const LOG_PARTITION = 'log';

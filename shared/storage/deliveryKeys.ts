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

/** Partitions of the delivery log. Each takes 2,000 entities a second (Azure Table storage, "Scalability targets"), and most hold many attempts. */
export const shards: readonly string[] = Array.from({ length: 4 }, (_, shard) => `s${shard}`);

/** The partition of a subscription's log: shared by many, so that one ring's hundred attempts are written in a few transactions. */
export function shardOf(subscriptionId: string): string {
  let hash = 0;
  for (let at = 0; at < subscriptionId.length; at += 1) hash = (hash * 31 + subscriptionId.charCodeAt(at)) >>> 0;
  return shards[hash % shards.length] ?? '';
}

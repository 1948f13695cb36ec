import { isInvitationEvent } from '../../invitations/isInvitationEvent';
import { accountKey } from '../../invitations/invitationId';
import type { CallRecord } from '../../invitations/record/callRecords';
import { toEventKey, type EventKey, type KeyedEvent } from '../../invitations/record/eventKey';
import { newestFirst, newestFirstMinute, timeOf } from './newestFirst';
import { toListItemTexts } from './listItem';
import { double, type WrittenRow } from './rows';

/**
 * Table `feed`, the time index: a row for each recorded event, partition = inverted minute of recording, row = inverted
 * millisecond of recording, then the event's key; so the newest comes first.
 */

/** A row of the feed by its key. */
export interface FeedKey {
  readonly recordedAtMs: number;
  readonly event: EventKey;
}

export function toFeedRow(record: CallRecord): WrittenRow {
  const { event, recordedAtMs } = record;
  return {
    partitionKey: newestFirstMinute(recordedAtMs),
    rowKey: toFeedRowKey(event, recordedAtMs),
    account: accountKey(event.account),
    ...(isInvitationEvent(event) && { happened: event.data.event }),
    ...(event.expiryTimeMs !== undefined && { expiryTimeMs: double(event.expiryTimeMs) }),
    ...toListItemTexts(record),
  };
}

export function toFeedRowKey(event: KeyedEvent, recordedAtMs: number): string {
  const { partition, row } = toEventKey(event);
  return `${newestFirst(recordedAtMs)}.${partition}.${row}`;
}

/** Undefined for what is no key of the feed. */
export function parseFeedRowKey(rowKey: string): FeedKey | undefined {
  const [, inverted, partition, row] = FEED_KEY.exec(rowKey) ?? [];
  if (inverted === undefined || partition === undefined || row === undefined) return undefined;
  return { recordedAtMs: timeOf(inverted), event: { partition, row } };
}

/** What the keys of its rows look like. */
export const FEED_KEY = /^(\d{13})\.([\w-]{1,200})\.((?:event|command|gap)\.[\w-]{1,200}\.[\w-]{1,200})$/;

/** Filter of what was recorded from `sinceMs` on. */
export function recordedSince(sinceMs: number): string {
  return `PartitionKey le '${newestFirstMinute(sinceMs)}' and RowKey lt '${newestFirst(sinceMs)}~'`;
}

/** Filter of what was recorded until `untilMs`. */
export function recordedUntil(untilMs: number): string {
  return `PartitionKey ge '${newestFirstMinute(untilMs)}' and RowKey ge '${newestFirst(untilMs)}'`;
}

/** Filter of the rows after this one, which are older. */
export function recordedBefore(rowKey: string): string {
  const { recordedAtMs } = parseFeedRowKey(rowKey) ?? { recordedAtMs: 0 };
  return `PartitionKey ge '${newestFirstMinute(recordedAtMs)}' and RowKey gt '${rowKey}'`;
}

/** Filter of the partitions all of whose rows were recorded before that moment. */
export function minutesBefore(beforeMs: number): string {
  return `PartitionKey gt '${newestFirstMinute(beforeMs)}'`;
}

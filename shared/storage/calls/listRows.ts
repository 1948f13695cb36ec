import { z } from 'zod';
import { accountKey } from '../../invitations/invitationId';
import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { CallRecord } from '../../invitations/record/callRecords';
import {
  TABLE_KEY,
  TIMED_EVENT_KEY,
  toDeliveryId,
  toTableKey,
  type EventKey,
  type KeyedEvent,
} from '../../invitations/record/eventKey';
import { newestFirst, newestFirstMinute, timeOf } from '../../invitations/record/timeKeys';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { withoutLargestParts } from '../../invitations/normalise/withoutLargestParts';
import { fromTextChunks, toAsciiJson, toTextChunks } from '../textChunks';
import { eventSchema } from './callRows';
import type { Row } from './rows';

/**
 * Table `feed`, the time index: a row for each recorded event, partition = inverted minute of recording, row = inverted
 * millisecond of recording, then the event's key; so the newest comes first.
 */

export function toFeedRow(record: CallRecord): Row {
  const { event, recordedAtMs } = record;
  return {
    partitionKey: newestFirstMinute(recordedAtMs),
    rowKey: toFeedRowKey(event, recordedAtMs),
    account: accountKey(event.account),
    ...toListItem(record),
  };
}

export function toFeedRowKey(event: KeyedEvent, recordedAtMs: number): string {
  return `${newestFirst(recordedAtMs)}.${toDeliveryId(event)}`;
}

/** Undefined for what is no key of the feed. */
export function parseFeedRowKey(
  rowKey: string,
): { readonly recordedAtMs: number; readonly event: EventKey } | undefined {
  const [, inverted, partition, row] = TIMED_EVENT_KEY.exec(rowKey) ?? [];
  if (inverted === undefined || partition === undefined || row === undefined) return undefined;
  return { recordedAtMs: timeOf(inverted), event: { partition, row } };
}

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

/** A list item has at most so many characters of JSON. */
const MAX_CHARACTERS = 4096;

/** What a list shows of an event, or of a call by its newest event; of a large event without its largest parts. */
const itemSchema = z.object({
  event: eventSchema,
  /** Time of the call's first event, where it was known. */
  startedAtMs: z.number().exactOptional(),
});

function toListItem({ event, startedAtMs }: CallRecord): Readonly<Record<string, string>> {
  return {
    ...(isInvitationEvent(event) && { happened: event.data.event }),
    ...toTextChunks({ event: small(event), ...(startedAtMs !== undefined && { startedAtMs }) }),
  };
}

export function fromListItem(row: Row): z.infer<typeof itemSchema> {
  return itemSchema.parse(fromTextChunks(row));
}

function small(event: RelayEvent): RelayEvent {
  if (toAsciiJson(event).length <= MAX_CHARACTERS) return event;
  const smaller = isInvitationEvent(event) ? withoutLargestParts(event) : undefined;
  return smaller === undefined ? { ...event, data: {} } : small(smaller);
}

/** Table `callsByAccount`: a row for each call, partition = the account, row = time of its first event, inverted, and invitation. */
export function toAccountRow(record: CallRecord & { readonly startedAtMs: number }): Row {
  const { event, startedAtMs } = record;
  return {
    partitionKey: accountKey(event.account),
    rowKey: toAccountRowKey(event.subject, startedAtMs),
    ...toListItem(record),
  };
}

export function toAccountRowKey(invitationId: string, startedAtMs: number): string {
  return `${newestFirst(startedAtMs)}.${toTableKey(invitationId)}`;
}

export const ACCOUNT_ROW_KEY = new RegExp(`^\\d{13}\\.${TABLE_KEY}$`);

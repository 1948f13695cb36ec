import { z } from 'zod';
import type { ListedEvent, RecordedEvent } from '../../invitations/record/callRecords';
import {
  deliveryResultSchema,
  laterAttemptSchema,
  type DeliveryResult,
  type LaterAttempt,
} from '../../invitations/record/deliveryResult';
import { EVENT_ROW, TABLE_KEY, toEventKey, toTableKey, type KeyedEvent } from '../../invitations/record/eventKey';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { fromTextChunks, toMergedTextChunks, toTextChunks } from '../textChunks';
import type { Row } from './rows';

/**
 * Rows of table `calls`: partition = invitation (toEventKey). Rows `command.…`, `context.…` and `event.…` hold an event with the results
 * of its first attempts, rows `later.<row of the event>.…` a later attempt each. No row is read to be written.
 */

export const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  account: z.string(),
  subject: z.string(),
  timeMs: z.number(),
  sequence: z.string().exactOptional(),
  correlationId: z.string().exactOptional(),
  expiryTimeMs: z.number().exactOptional(),
  traceParent: z.string().exactOptional(),
  data: z.unknown(),
});

const bodySchema = z.object({
  event: eventSchema,
  enqueuedAtMs: z.number().exactOptional(),
  recordedAtMs: z.number(),
});

const attemptSchema = laterAttemptSchema.extend({ eventId: z.string() });

export function toEventRow({ event, enqueuedAtMs, recordedAtMs, results }: RecordedEvent): Row {
  return {
    ...keysOf(event),
    ...toTextChunks({ event, ...(enqueuedAtMs !== undefined && { enqueuedAtMs }), recordedAtMs }),
    ...(results !== undefined && toResults(results)),
  };
}

/** What is merged into the event's row. */
export function toResultsRow(event: KeyedEvent, results: readonly DeliveryResult[]): Row {
  return { ...keysOf(event), ...toResults(results) };
}

export function fromEventRow(row: Row): RecordedEvent {
  const results = fromTextChunks(row, RESULTS);
  return {
    ...bodySchema.parse(fromTextChunks(row)),
    ...(results !== undefined && { results: z.array(deliveryResultSchema).parse(results) }),
  };
}

/** What is read of a row for fromListedRow: an event of 30,000 characters takes six times as many in ASCII. */
export const LISTED_COLUMNS = [
  'partitionKey',
  'rowKey',
  'hasResults',
  ...Array.from({ length: 7 }, (_, index) => `body${index}`),
];

/** The event without its results, of a row of which LISTED_COLUMNS were read. */
export function fromListedRow(row: Row): ListedEvent {
  return { ...bodySchema.parse(fromTextChunks(row)), hasResults: row.hasResults === true };
}

export function toAttemptRow(event: RelayEvent, attempt: LaterAttempt): Row {
  const { partition, row } = toEventKey(event);
  const { subscriptionId, redeliveryId = 'first', attempt: number, moves } = attempt;
  const parts = [toTableKey(subscriptionId), toTableKey(redeliveryId), padded(number), padded(moves)];
  return {
    partitionKey: partition,
    rowKey: `${LATER}${row}.${parts.join('.')}`,
    ...toTextChunks({ ...attempt, eventId: event.id }),
  };
}

export function fromAttemptRow(row: Row): LaterAttempt & { readonly eventId: string } {
  return attemptSchema.parse(fromTextChunks(row));
}

/** What rows of events begin with, and those of contexts (toEventKey). */
export const EVENT = 'event.';
export const CONTEXT = 'context.';
/** What rows of later attempts begin with, before the row of their event. */
export const LATER = 'later.';

/** Keys of rows: of an event, or of a later attempt. */
export const CALL_ROW_KEY = new RegExp(`^(?:${EVENT_ROW}|later\\.${EVENT_ROW}(?:\\.${TABLE_KEY}){4})$`);

/** The rows of a partition that begin with this. */
export function rowsOf(partition: string, prefix: string): string {
  // No character that a key of ours holds sorts after it.
  return `PartitionKey eq '${partition}' and RowKey ge '${prefix}' and RowKey lt '${prefix}~'`;
}

const RESULTS = 'results';

function toResults(results: readonly DeliveryResult[]): Record<string, string | boolean> {
  return { hasResults: true, ...toMergedTextChunks(results, RESULTS) };
}

function keysOf(event: KeyedEvent): { readonly partitionKey: string; readonly rowKey: string } {
  const { partition, row } = toEventKey(event);
  return { partitionKey: partition, rowKey: row };
}

function padded(number: number): string {
  return String(number).padStart(4, '0');
}

import type { TroubledDelivery } from '../../invitations/record/callRecords';
import type { CallViews, DeliveryQuery } from '../../invitations/record/callViews';
import { TIMED_EVENT_KEY, toTableKey } from '../../invitations/record/eventKey';
import { newestFirst } from '../../invitations/record/timeKeys';
import { parseCursor } from '../cursor';
import type { Tables } from '../tables';
import { fromEventRow } from './callRows';
import { fromDeliveryRow, toDeliveryRowKey } from './deliveryRows';
import { inGroups, readPage } from './listPage';
import { queryRows, readRow, type Row } from './rows';

/** A row is up to 8 KiB, of which most is the response. */
const ROWS_A_REQUEST = 100;
/** Rows that are read at once. */
const READ_TOGETHER = 16;

/** One page of CallViews.deliveries. Errors: `requestInvalid` for a made-up cursor, `storageUnavailable`. */
export async function listDeliveries(
  tables: Tables,
  subscriptionId: string,
  query: DeliveryQuery,
): ReturnType<CallViews['deliveries']> {
  const after = parseCursor(query.cursor, TIMED_EVENT_KEY) ?? '';
  const partition = toTableKey(subscriptionId);
  const rows =
    query.invitationId === undefined
      ? rowsFrom(tables, partition, after, query)
      : rowsOfCall(tables, partition, after, query.invitationId);
  const { items: deliveries, ...rest } = await readPage(rows, query.limit, (row) => {
    const delivery = fromDeliveryRow(row);
    return matches(delivery, query) ? delivery : undefined;
  });
  return { deliveries, ...rest };
}

function matches(
  { outcome, status, event: { timeMs } }: TroubledDelivery,
  { outcome: wanted, status: wantedStatus, sinceMs = -Infinity, untilMs = Infinity }: DeliveryQuery,
): boolean {
  return (
    (wanted === undefined || outcome === wanted) &&
    (wantedStatus === undefined || status === wantedStatus) &&
    timeMs >= sinceMs &&
    timeMs < untilMs
  );
}

function rowsFrom(
  tables: Tables,
  partition: string,
  after: string,
  { sinceMs, untilMs, limit }: DeliveryQuery,
): AsyncGenerator<Row> {
  const filter = [
    `PartitionKey eq '${partition}'`,
    `RowKey gt '${after}'`,
    ...(untilMs === undefined ? [] : [`RowKey ge '${newestFirst(untilMs - 1)}'`]),
    ...(sinceMs === undefined ? [] : [`RowKey lt '${newestFirst(sinceMs)}~'`]),
  ];
  const pageSize = Math.min(limit + 1, ROWS_A_REQUEST);
  return queryRows(tables, 'deliveries', { filter: filter.join(' and ') }, pageSize);
}

/** The rows of this subscription for the events and commands of one call: each by its key, for a call has few. */
async function* rowsOfCall(
  tables: Tables,
  partition: string,
  after: string,
  invitationId: string,
): AsyncGenerator<Row> {
  // Later attempts sort after "gap".
  const filter = `PartitionKey eq '${toTableKey(invitationId)}' and RowKey lt 'gap'`;
  const keys: string[] = [];
  for await (const row of queryRows(tables, 'calls', { filter })) {
    const key = toDeliveryRowKey(fromEventRow(row).event);
    if (key > after) keys.push(key);
  }
  for await (const group of inGroups(keys.toSorted(), READ_TOGETHER)) {
    const rows = await Promise.all(group.map((key) => readRow(tables, 'deliveries', partition, key)));
    for (const row of rows) if (row !== undefined) yield row;
  }
}

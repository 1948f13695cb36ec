import type { RecordedEvent } from '../../invitations/record/callRecords';
import type { CallViews } from '../../invitations/record/callViews';
import { parseDeliveryId, toTableKey } from '../../invitations/record/eventKey';
import { removeRows } from '../removeRows';
import type { Tables } from '../tables';
import { storageUnavailable } from '../translateStorageError';
import { fromEventRow } from './callRows';
import { fromDeliveryRow, toDeliveryRowKey } from './deliveryRows';
import { parseFeedRowKey, recordedSince, recordedUntil } from './listRows';
import { inGroups } from './listPage';
import { queryRows, readRow, rowKeyOf } from './rows';

/** Failures are counted no further: who asks wants to know of twenty. */
const MAX_ROWS_COUNTED = 1000;
/** Events that are read at once. */
const READ_TOGETHER = 16;

type DeliveryViews = Pick<
  CallViews,
  'delivery' | 'failuresSince' | 'recordedBetween' | 'findByDeliveryId' | 'removeDeliveries'
>;

/** The part of CallViews that is about deliveries, and about events for sending them again. */
export function createDeliveryViews(tables: Tables): DeliveryViews {
  const partition = (subscriptionId: string): string => `PartitionKey eq '${toTableKey(subscriptionId)}'`;
  return {
    async delivery(subscriptionId, event) {
      const row = await readRow(tables, 'deliveries', toTableKey(subscriptionId), toDeliveryRowKey(event));
      return row === undefined ? undefined : fromDeliveryRow(row);
    },

    async failuresSince(subscriptionId, sinceMs) {
      const filter = `${partition(subscriptionId)} and atMs ge ${sinceMs}.0`;
      let [failures, rows] = [0, 0];
      for await (const row of queryRows(tables, 'deliveries', { filter, select: ['failures'] })) {
        failures += Number(row.failures);
        rows += 1;
        if (rows === MAX_ROWS_COUNTED) break;
      }
      return failures;
    },

    recordedBetween: (sinceMs, untilMs) => readRecordedBetween(tables, sinceMs, untilMs),

    async findByDeliveryId(deliveryId) {
      const key = parseDeliveryId(deliveryId);
      return key && readEventAt(tables, key.partition, key.row);
    },

    async removeDeliveries(subscriptionId) {
      try {
        const table = await tables.client('deliveries');
        const queryOptions = { filter: partition(subscriptionId), select: ['PartitionKey', 'RowKey'] };
        await removeRows(table, table.listEntities({ queryOptions }));
      } catch (error) {
        throw storageUnavailable(error);
      }
    },
  };
}

async function readEventAt(tables: Tables, partitionKey: string, rowKey: string): Promise<RecordedEvent | undefined> {
  const row = await readRow(tables, 'calls', partitionKey, rowKey);
  return row === undefined ? undefined : fromEventRow(row);
}

async function* readRecordedBetween(tables: Tables, sinceMs: number, untilMs: number): AsyncGenerator<RecordedEvent> {
  const queryOptions = { filter: `${recordedUntil(untilMs)} and ${recordedSince(sinceMs)}`, select: ['RowKey'] };
  for await (const rows of inGroups(queryRows(tables, 'feed', queryOptions), READ_TOGETHER)) {
    const found = await Promise.all(
      rows.map(async (row) => {
        const key = parseFeedRowKey(rowKeyOf(row));
        const recorded = key && (await readEventAt(tables, key.event.partition, key.event.row));
        // An event that was recorded twice is on record with the time of one of them.
        return recorded?.recordedAtMs === key?.recordedAtMs ? recorded : undefined;
      }),
    );
    for (const recorded of found) if (recorded !== undefined) yield recorded;
  }
}

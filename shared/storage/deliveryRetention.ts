import { forgetCounts } from './countsRow';
import { toMinute } from './deliveryArchive';
import { LOG_PARTITION, toNewestFirst } from './deliveryKeys';
import { LOG } from './logRows';
import { removeRows } from './removeRows';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/**
 * Deletes what the webhooks' tables hold from before a moment: attempts, order and events. Counts stay as long as their
 * subscription. Answers how many rows there were. It may be stopped and run again at any time, also twice at once. Error:
 * `storageUnavailable`.
 * @param beforeMs milliseconds since the epoch: now less `RETENTION_DAYS`.
 */
export async function sweepDeliveries(tables: Tables, beforeMs: number): Promise<number> {
  let swept = 0;
  try {
    const deliveries = await tables.client('deliveries');
    const oldRows = (filter: string, table = deliveries) =>
      removeRows(table, table.listEntities({ queryOptions: { filter, select: ['PartitionKey', 'RowKey'] } }));
    await forgetCounts(deliveries, LOG_PARTITION, () => knownSubscriptions(tables));
    swept += await oldRows(
      `PartitionKey eq '${LOG_PARTITION}' and RowKey ge '${LOG}${toNewestFirst(beforeMs)}~' and RowKey lt '${LOG}~'`,
    );
    swept += await oldRows(`atMs lt ${beforeMs}.0`, await tables.client('deliveryOrder'));
    swept += await oldRows(`PartitionKey lt '${toMinute(beforeMs)}'`, await tables.client('deliveryEvents'));
  } catch (error) {
    throw storageUnavailable(error);
  }
  return swept;
}

async function knownSubscriptions(tables: Tables): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { rowKey = '' } of (await tables.client('subscriptions')).listEntities({
    queryOptions: { select: ['RowKey'] },
  }))
    ids.add(rowKey);
  return ids;
}

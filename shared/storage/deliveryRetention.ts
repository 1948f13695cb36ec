import { toHour } from './deliveryArchive';
import { removeRows } from './removeRows';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/**
 * Deletes what the webhooks' tables hold from before a moment: attempts, order rows and events; counts stay. Answers how
 * many rows there were. It may be stopped and run again at any time, also twice at once. Error: `storageUnavailable`.
 * @param beforeMs milliseconds since the epoch: now less `RETENTION_DAYS`.
 */
export async function sweepDeliveries(tables: Tables, beforeMs: number): Promise<number> {
  const old = {
    deliveries: `atMs lt ${beforeMs}.0`,
    deliveryOrder: `timeMs lt ${beforeMs}.0`,
    deliveryEvents: `PartitionKey lt '${toHour(beforeMs)}'`,
  } as const;
  let swept = 0;
  try {
    for (const name of ['deliveries', 'deliveryOrder', 'deliveryEvents'] as const) {
      const table = await tables.client(name);
      swept += await removeRows(table, table.listEntities({ queryOptions: { filter: old[name], select: ['PartitionKey', 'RowKey'] } }));
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
  return swept;
}

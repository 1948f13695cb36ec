import type { TableClient } from '@azure/data-tables';
import { toHour } from './deliveryArchive';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

const MAX_OPERATIONS = 100;

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
    for (const name of ['deliveries', 'deliveryOrder', 'deliveryEvents'] as const) swept += await sweep(await tables.client(name), old[name]);
  } catch (error) {
    throw storageUnavailable(error);
  }
  return swept;
}

async function sweep(table: TableClient, filter: string): Promise<number> {
  let swept = 0;
  let partition = '';
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    swept += keys.length;
    await remove(table, partition, keys);
    keys = [];
  };
  // Sorted by partition, so that one transaction after another fills up.
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities({ queryOptions: { filter, select: ['PartitionKey', 'RowKey'] } })) {
    if (keys.length === MAX_OPERATIONS || partitionKey !== partition) await flush();
    partition = partitionKey;
    keys.push(rowKey);
  }
  await flush();
  return swept;
}

async function remove(table: TableClient, partitionKey: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  try {
    await table.submitTransaction(keys.map((rowKey) => ['delete', { partitionKey, rowKey }]));
  } catch (error) {
    // Another sweep was faster with one of them: what is left goes with the next.
    if (statusOf(error) !== 404) throw error;
  }
}

import { removeRows } from '../removeRows';
import type { TableName, Tables } from '../tables';
import { storageUnavailable } from '../translateStorageError';
import { queryRows, readRow, rowKeyOf } from './rows';
import { newestFirst } from './timeKeys';

/**
 * Removes deliveries of events before that moment, and everything that is kept of subscriptions that are gone: what a late
 * retry wrote after its subscription was removed. Answers how many rows there were. It may be stopped and run again at any
 * time. Errors: `storageUnavailable`.
 * @param beforeMs milliseconds since the epoch.
 */
export async function removeOldDeliveries(tables: Tables, beforeMs: number): Promise<number> {
  let removed = 0;
  try {
    for await (const subscription of partitionsOf(tables, 'deliveries')) {
      const old = (await isKnown(tables, subscription)) ? ` and RowKey gt '${newestFirst(beforeMs)}~'` : '';
      const filter = `PartitionKey eq '${subscription}'${old}`;
      const rows = queryRows(tables, 'deliveries', { filter, select: ['PartitionKey', 'RowKey'] });
      removed += await removeRows(await tables.client('deliveries'), rows);
    }
    for (const name of ['subscriptionHealth', 'deliveryRates'] as const) {
      const table = await tables.client(name);
      for await (const row of queryRows(tables, name, { select: ['PartitionKey', 'RowKey'] })) {
        if (await isKnown(tables, rowKeyOf(row))) continue;
        await table.deleteEntity(String(row.partitionKey), rowKeyOf(row));
        removed += 1;
      }
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
  return removed;
}

async function isKnown(tables: Tables, subscription: string): Promise<boolean> {
  return (await readRow(tables, 'subscriptions', 'subscriptions', subscription)) !== undefined;
}

/** The partitions of a table, one request each. */
async function* partitionsOf(tables: Tables, name: TableName): AsyncGenerator<string> {
  let partition = await partitionAfter(tables, name, '');
  while (partition !== undefined) {
    yield partition;
    partition = await partitionAfter(tables, name, partition);
  }
}

async function partitionAfter(tables: Tables, name: TableName, last: string): Promise<string | undefined> {
  const queryOptions = { filter: `PartitionKey gt '${last}'`, select: ['PartitionKey'] };
  for await (const row of queryRows(tables, name, queryOptions, 1)) return String(row.partitionKey);
  return undefined;
}

import { newestFirst } from '../../invitations/record/timeKeys';
import { removeMatching, removeRows } from '../removeRows';
import type { TableName, Tables } from '../tables';
import { filtered, queryRows, readRow } from './rows';

/**
 * Removes deliveries of events before that moment, and everything that is kept of subscriptions that are gone: what a late
 * retry wrote after its subscription was removed. Answers how many rows there were. It may be stopped and run again at any
 * time. Errors: `storageUnavailable`.
 * @param beforeMs milliseconds since the epoch.
 */
export async function removeOldDeliveries(tables: Tables, beforeMs: number): Promise<number> {
  let removed = 0;
  for await (const subscription of partitionsOf(tables, 'deliveries')) {
    const old = (await isKnown(tables, subscription)) ? ` and RowKey gt '${newestFirst(beforeMs)}~'` : '';
    removed += await removeMatching(tables, 'deliveries', `PartitionKey eq '${subscription}'${old}`);
  }
  for (const name of ['subscriptionHealth', 'deliveryRates'] as const) {
    const rows = queryRows(tables, name, { select: ['PartitionKey', 'RowKey'] });
    removed += await removeRows(
      tables,
      name,
      filtered(rows, async ({ rowKey }) => !(await isKnown(tables, rowKey))),
    );
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
  const query = { filter: `PartitionKey gt '${last}'`, select: ['PartitionKey'] };
  for await (const { partitionKey } of queryRows(tables, name, query, 1)) return partitionKey;
  return undefined;
}

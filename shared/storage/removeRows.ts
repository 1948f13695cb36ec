import { TableTransaction } from '@azure/data-tables';
import { queryRows, unless, type Row } from './calls/rows';
import type { TableName, Tables } from './tables';

/** An entity group transaction holds 100 operations of one partition (Azure Table storage, "Performing entity group transactions"). */
const MAX_OPERATIONS = 100;

/**
 * Removes the rows as they are listed, in transactions of their partitions; the number removed. May run twice at once: a
 * transaction that lost one of its rows to the other run leaves the rest for the next. Errors: `storageUnavailable`.
 */
export async function removeRows(
  tables: Tables,
  name: TableName,
  rows: AsyncIterable<Row> | readonly Row[],
): Promise<number> {
  let removed = 0;
  let partition = '';
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    if (keys.length === 0) return;
    const transaction = new TableTransaction();
    for (const rowKey of keys) transaction.deleteEntity(partition, rowKey);
    if (await unless([404], tables, name, (table) => table.submitTransaction(transaction.actions)))
      removed += keys.length;
    keys = [];
  };
  for await (const { partitionKey, rowKey } of rows) {
    if (partitionKey !== partition || keys.length === MAX_OPERATIONS) await flush();
    partition = partitionKey;
    keys.push(rowKey);
  }
  await flush();
  return removed;
}

/** Removes the rows of an OData filter; the number removed. Errors: `storageUnavailable`. */
export function removeMatching(tables: Tables, name: TableName, filter: string): Promise<number> {
  return removeRows(tables, name, queryRows(tables, name, { filter, select: ['PartitionKey', 'RowKey'] }));
}

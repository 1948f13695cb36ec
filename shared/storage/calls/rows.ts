import type { TableClient, TableEntityQueryOptions } from '@azure/data-tables';
import type { TableName, Tables } from '../tables';
import { statusOf, storageUnavailable, translateWriteError } from '../translateStorageError';

/** A row: its keys, and what is in it. */
export type Row = Readonly<Record<string, unknown>> & { readonly partitionKey: string; readonly rowKey: string };
/** A row as it was read; its ETag changes with every write. */
type StoredRow = Row & { readonly etag: string };

/** Makes a change; false where the service answers with one of these statuses. Errors: `storageUnavailable`, `storageRefused`. */
export async function unless(
  refusals: readonly number[],
  tables: Tables,
  name: TableName,
  change: (table: TableClient) => Promise<unknown>,
): Promise<boolean> {
  try {
    await change(await tables.client(name));
    return true;
  } catch (error) {
    if (refusals.includes(statusOf(error) ?? 0)) return false;
    throw translateWriteError(error);
  }
}

/** Inserts a row; false when it is there already. Errors: `storageUnavailable`, `storageRefused`. */
export function insertRow(tables: Tables, name: TableName, row: Row): Promise<boolean> {
  return unless([409], tables, name, (table) => table.createEntity(row));
}

/** Writes a row over what stands there. Errors: as insertRow. */
export async function replaceRow(tables: Tables, name: TableName, row: Row): Promise<void> {
  await unless([], tables, name, (table) => table.upsertEntity(row, 'Replace'));
}

/** Adds properties to a row that exists. Errors: as insertRow; also where there is no such row. */
export async function mergeRow(tables: Tables, name: TableName, row: Row): Promise<void> {
  await unless([], tables, name, (table) => table.updateEntity(row, 'Merge'));
}

/**
 * Writes a row over the one of this ETag, or inserts it where there is no ETag; false when somebody else was faster. Errors: as
 * insertRow.
 */
export function writeUnlessChanged(
  tables: Tables,
  name: TableName,
  row: Row,
  etag: string | undefined,
): Promise<boolean> {
  return unless([404, 409, 412], tables, name, (table) =>
    etag === undefined ? table.createEntity(row) : table.updateEntity(row, 'Replace', { etag }),
  );
}

/** Removes a row; one that is not there is as good as removed. Errors: as insertRow. */
export async function removeRow(tables: Tables, name: TableName, partitionKey: string, rowKey: string): Promise<void> {
  await unless([404], tables, name, (table) => table.deleteEntity(partitionKey, rowKey));
}

/** One row, by its keys. Errors: `storageUnavailable`. */
export async function readRow(
  tables: Tables,
  name: TableName,
  partitionKey: string,
  rowKey: string,
): Promise<StoredRow | undefined> {
  try {
    return await (await tables.client(name)).getEntity<StoredRow>(partitionKey, rowKey);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw storageUnavailable(error);
  }
}

/**
 * Rows in the order of their keys, read page by page as they are asked for; a `select` leaves out the keys that it does not
 * name. Errors: `storageUnavailable`.
 * @param pageSize rows of one request, at most 1,000 (Azure Table storage, "Query timeout and pagination").
 */
export async function* queryRows(
  tables: Tables,
  name: TableName,
  queryOptions: TableEntityQueryOptions,
  pageSize = 1000,
): AsyncGenerator<Row> {
  try {
    const table = await tables.client(name);
    const pages = table.listEntities({ queryOptions }).byPage({ maxPageSize: pageSize });
    for await (const page of pages) yield* page as readonly object[] as readonly Row[];
  } catch (error) {
    throw storageUnavailable(error);
  }
}

/** The rows for which `isWanted` answers true. */
export async function* filtered(
  rows: AsyncIterable<Row>,
  isWanted: (row: Row) => boolean | Promise<boolean>,
): AsyncGenerator<Row> {
  for await (const row of rows) if (await isWanted(row)) yield row;
}

/** A number as Azure Tables keep one of more than 32 bits. */
export function double(value: number): { readonly type: 'Double'; readonly value: string } {
  return { type: 'Double', value: String(value) };
}

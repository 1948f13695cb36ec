import { eraseDeliveries } from './eraseDeliveries';
import { mentions } from './mentions';
import { removeRows } from './removeRows';
import { recordTables } from './retention';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/** A row of any table. */
type Row = object & { readonly partitionKey?: string | undefined; readonly invitationId?: unknown };

/**
 * Erases a person from the product's tables: every row that names the URI, and with it every row of the invitations that
 * do, so that no half of a call is left; of rows that hold several deliveries, those that are concerned. Reads every record there is, so it takes as long as the tables are large; it may be
 * stopped and called again. The number of rows removed. Errors: `storageUnavailable`.
 *
 * @param uri as events carry it (`sip:…` or `tel:…`); compared without case.
 */
export async function erasePerson(tables: Tables, uri: string): Promise<number> {
  const names = (row: Row): boolean =>
    Object.values(row).some((value) => typeof value === 'string' && mentions(value, uri));
  let removed = 0;
  try {
    const history = await tables.client('invitationHistory');
    const invitations = new Set<string>();
    for await (const row of history.listEntities())
      if (names(row) && row.partitionKey !== undefined) invitations.add(row.partitionKey);
    const deliveries = await tables.client('deliveries');
    removed += await eraseDeliveries(deliveries, { names: (text) => mentions(text, uri), invitations });
    for (const name of recordTables.filter((table) => table !== 'deliveries')) {
      const table = await tables.client(name);
      const concerned = (row: Row): boolean =>
        names(row) ||
        invitations.has(row.partitionKey ?? '') ||
        (typeof row.invitationId === 'string' && invitations.has(row.invitationId));
      removed += await removeRows(table, filtered(table.listEntities(), concerned));
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
  return removed;
}

async function* filtered<T>(rows: AsyncIterable<T>, wanted: (row: T) => boolean): AsyncGenerator<T> {
  for await (const row of rows) if (wanted(row)) yield row;
}

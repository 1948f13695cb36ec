import { mentions } from './mentions';
import { removeRows } from './removeRows';
import { recordTables } from './retention';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/** A row of any table. */
type Row = object & { readonly partitionKey?: string | undefined };

/**
 * Erases a person from the product's tables: every row that names the URI, and with it every row about the invitations that
 * do, so that no half of a call is left. Reads every record there is, so it takes as long as the tables are large; it may be
 * stopped and called again. The number of rows removed. Errors: `storageUnavailable`.
 *
 * @param uri as events carry it (`sip:…` or `tel:…`); compared without case.
 */
export async function erasePerson(tables: Tables, uri: string): Promise<number> {
  let removed = 0;
  try {
    const invitations = new Set<string>();
    for await (const row of (await tables.client('calls')).listEntities())
      if (mentions(textOf(row), uri) && row.partitionKey !== undefined) invitations.add(row.partitionKey);
    for (const name of recordTables) {
      const table = await tables.client(name);
      const isConcerned = (row: Row): boolean => {
        const text = textOf(row);
        return mentions(text, uri) || [...invitations].some((invitation) => text.includes(invitation));
      };
      removed += await removeRows(table, filtered(table.listEntities(), isConcerned));
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
  return removed;
}

/** Every text of a row, with the keys; what is JSON in ASCII is read back, so that a name outside of ASCII is found. */
function textOf(row: Row): string {
  return Object.values(row)
    .filter((value): value is string => typeof value === 'string')
    .map((text) => text.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))))
    .join('\n');
}

async function* filtered<T>(rows: AsyncIterable<T>, wanted: (row: T) => boolean): AsyncGenerator<T> {
  for await (const row of rows) if (wanted(row)) yield row;
}

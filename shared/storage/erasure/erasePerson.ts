import { filtered, queryRows, type Row } from '../calls/rows';
import { mentions } from './mentions';
import { removeRows } from '../removeRows';
import { recordTables } from '../retention';
import type { Tables } from '../tables';
import { fromTextChunks } from '../textChunks';

/**
 * Erases a person from the product's tables: every row that names the URI, and with it every row of the calls that do, so
 * that no half of a call is left. Reads every record there is, so it takes as long as the tables are large; it may be
 * stopped and called again. The number of rows removed. Errors: `storageUnavailable`.
 *
 * @param uri as events carry it (`sip:…` or `tel:…`); compared without case.
 */
export async function erasePerson(tables: Tables, uri: string): Promise<number> {
  let removed = 0;
  const calls = new Set<string>();
  for await (const row of queryRows(tables, 'calls', {})) if (names(row, uri)) calls.add(row.partitionKey);
  const concerned = (row: Row): boolean => callsOf(row).some((call) => calls.has(call)) || names(row, uri);
  // The calls go last: by them a run that was stopped is gone on with.
  for (const name of recordTables.toSorted((one, other) => Number(one === 'calls') - Number(other === 'calls')))
    removed += await removeRows(tables, name, filtered(queryRows(tables, name, {}), concerned));
  return removed;
}

/** Whether one of the row's texts names the person, or the JSON that is cut and escaped in several of them. */
function names(row: Row, uri: string): boolean {
  const json = JSON.stringify([fromTextChunks(row), fromTextChunks(row, 'results')]);
  return [json, ...Object.values(row)].some((value) => typeof value === 'string' && mentions(value, uri));
}

/** The calls that a row may be about: its partition, or a part of its key. */
function callsOf({ partitionKey, rowKey, invitationId }: Row): readonly string[] {
  return [partitionKey, invitationId, ...rowKey.split('.')].filter((part) => typeof part === 'string');
}

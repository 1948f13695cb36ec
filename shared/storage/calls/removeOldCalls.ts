import { newestFirst } from '../../invitations/record/timeKeys';
import { removeMatching, removeRows } from '../removeRows';
import type { Tables } from '../tables';
import { LATER } from './callRows';
import { minutesBefore, parseFeedRowKey } from './listRows';
import { inGroups } from './listPage';
import { filtered, queryRows, type Row } from './rows';

/** Rows of the feed that are handled together, and partitions of calls at once. */
const FEED_ROWS_TOGETHER = 100;
const CALLS_TOGETHER = 16;

/**
 * Removes what was recorded of events before that moment: by the feed's old minutes, each event with its later attempts, its
 * call in the list of its account, then the feed's own rows. Answers how many rows there were. It may be stopped and run
 * again at any time. Errors: `storageUnavailable`.
 * @param beforeMs milliseconds since the epoch; to the minute.
 */
export async function removeOldCalls(tables: Tables, beforeMs: number): Promise<number> {
  const accounts = new Set<string>();
  let removed = 0;
  const feed = queryRows(tables, 'feed', {
    filter: minutesBefore(beforeMs),
    select: ['PartitionKey', 'RowKey', 'account'],
  });
  for await (const rows of inGroups(feed, FEED_ROWS_TOGETHER)) {
    for await (const calls of inGroups(eventsByCall(rows), CALLS_TOGETHER)) {
      const counts = await Promise.all(calls.map((call) => removeEvents(tables, ...call)));
      removed += counts.reduce((sum, count) => sum + count, 0);
    }
    for (const account of new Set(rows.map((row) => String(row.account)))) {
      if (accounts.has(account)) continue;
      accounts.add(account);
      const old = `PartitionKey eq '${account}' and RowKey gt '${newestFirst(beforeMs)}~'`;
      removed += await removeMatching(tables, 'callsByAccount', old);
    }
    removed += await removeRows(tables, 'feed', rows);
  }
  return removed;
}

function eventsByCall(rows: readonly Row[]): ReadonlyMap<string, ReadonlySet<string>> {
  const calls = new Map<string, Set<string>>();
  for (const row of rows) {
    const event = parseFeedRowKey(row.rowKey)?.event;
    if (event === undefined) continue;
    calls.set(event.partition, (calls.get(event.partition) ?? new Set()).add(event.row));
  }
  return calls;
}

/** Removes these events of a partition and their later attempts. */
function removeEvents(tables: Tables, partition: string, events: ReadonlySet<string>): Promise<number> {
  const queryOptions = { filter: `PartitionKey eq '${partition}'`, select: ['PartitionKey', 'RowKey'] };
  const eventOf = (key: string): string =>
    key.startsWith(LATER) ? key.slice(LATER.length).split('.').slice(0, 3).join('.') : key;
  const ofEvents = filtered(queryRows(tables, 'calls', queryOptions), (row) => events.has(eventOf(row.rowKey)));
  return removeRows(tables, 'calls', ofEvents);
}

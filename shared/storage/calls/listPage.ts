import { isActive, type InvitationHead } from '../../invitations/invitationHead';
import { matchesCall } from '../../invitations/record/callFilter';
import type { InvitationPage, InvitationQuery } from '../../invitations/record/invitationPage';
import { cursorRefused, decodeCursor, encodeCursor } from '../cursor';
import type { Tables } from '../tables';
import { queryRows, rowKeyOf, type Row } from './rows';

/** A page reads no further than this. */
const MAX_ROWS_A_PAGE = 1000;
/** Rows of one request: a few pages' worth, for most calls have two or three. */
const ROWS_A_REQUEST = 100;
/** Calls that are read at once. */
const READ_TOGETHER = 16;

/** One list of calls: which rows it has, the newest first, and what each of them shows. */
export interface CallIndex {
  readonly table: 'feed' | 'callsByAccount';
  /** What the key of a row looks like: a cursor is one. */
  readonly keyPattern: RegExp;
  /** OData filter of the rows after that key; of all without one. */
  filter(after: string | undefined): string;
  /** Partition of the call that a row is about. */
  partitionOf(row: Row): string;
  /** The call as this row shows it; undefined where it is about none, another row shows it, or it is on record no more. */
  resolve(row: Row, after: string | undefined): Promise<InvitationHead | undefined>;
}

/**
 * One page of a list, on which an invitation is shown once. While there is a cursor it may hold less than its limit, or
 * nothing. Errors: `requestInvalid` for a made-up cursor, `storageUnavailable`.
 */
export async function readPage(
  tables: Tables,
  index: CallIndex,
  query: Omit<InvitationQuery, 'account'>,
): Promise<InvitationPage> {
  const { limit, cursor, state, nowMs } = query;
  const after = parseCursor(cursor, index.keyPattern);
  const shown = new Set<string>();
  const heads: InvitationHead[] = [];
  let rowsRead = 0;
  const all = queryRows(tables, index.table, { filter: index.filter(after) }, ROWS_A_REQUEST);
  for await (const rows of inGroups(all, READ_TOGETHER)) {
    const found = await Promise.all(
      rows.map(async (row) => (shown.has(index.partitionOf(row)) ? undefined : index.resolve(row, after))),
    );
    for (const [at, row] of rows.entries()) {
      const head = found[at];
      if (head !== undefined && !shown.has(index.partitionOf(row))) {
        shown.add(index.partitionOf(row));
        const isWanted = state === undefined || isActive(head, nowMs) === (state === 'active');
        if (isWanted && matchesCall(head, query)) heads.push(head);
      }
      rowsRead += 1;
      if (heads.length === limit || rowsRead === MAX_ROWS_A_PAGE) return { heads, cursor: encodeCursor(rowKeyOf(row)) };
    }
  }
  return { heads };
}

/** The key that a cursor names. Errors: `requestInvalid`. */
export function parseCursor(cursor: string | undefined, pattern: RegExp): string | undefined {
  const key = decodeCursor(cursor);
  if (key !== undefined && !pattern.test(key)) throw cursorRefused();
  return key;
}

/** The items in arrays of that many; the last may be shorter. */
export async function* inGroups<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

import { encodeCursor } from '../cursor';
import type { Row } from './rows';

/** A page reads no further than this. */
const MAX_ROWS_A_PAGE = 1000;
/** Rows that are handled at once. */
const HANDLED_TOGETHER = 16;

/** One page of a list; while there is a cursor it may hold less than its limit, or nothing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string;
}

/** Of rows in their order the items that `toItem` makes of them, until there are `limit` of them; its cursor is a row's key. */
export async function readPage<Item>(
  rows: AsyncIterable<Row>,
  limit: number,
  toItem: (row: Row) => Promise<Item | undefined> | Item | undefined,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let [read, last] = [0, ''];
  const isFull = (): boolean => items.length === limit || read === MAX_ROWS_A_PAGE;
  for await (const group of inGroups(rows, HANDLED_TOGETHER)) {
    const found = isFull() ? [] : await Promise.all(group.map(async (row) => toItem(row)));
    for (const [at, row] of group.entries()) {
      if (isFull()) return { items, cursor: encodeCursor(last) };
      const item = found[at];
      if (item !== undefined) items.push(item);
      read += 1;
      last = row.rowKey;
    }
  }
  return { items };
}

/** The items in arrays of that many; the last may be shorter. */
export async function* inGroups<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

import type { Feed, FeedEntry } from '../../invitations/record/feed';
import type { Tables } from '../tables';
import { fromListItem, parseFeedRowKey, recordedSince } from './listRows';
import { queryRows, type Row } from './rows';

/** The feed in table `feed`: one query for each read, of whole rows. */
export function createFeed(tables: Tables): Feed {
  return {
    async readSince(sinceMs, { limit, isKnown }) {
      const entries: FeedEntry[] = [];
      let rows = 0;
      let isWhole = true;
      for await (const row of queryRows(tables, 'feed', { filter: recordedSince(sinceMs) })) {
        const isRepeated = isKnown(row.rowKey);
        const entry = isRepeated ? undefined : toEntry(row);
        if (entry !== undefined) entries.push(entry);
        rows += 1;
        // The newest come first: what follows a known one was read before.
        if (rows < limit) continue;
        isWhole = isRepeated;
        break;
      }
      return { entries: entries.reverse(), isWhole };
    },
  };
}

/** Undefined for a row that this version cannot read. */
function toEntry(row: Row): FeedEntry | undefined {
  const key = row.rowKey;
  const recordedAtMs = parseFeedRowKey(key)?.recordedAtMs;
  if (recordedAtMs === undefined) return undefined;
  try {
    return { key, recordedAtMs, ...fromListItem(row) };
  } catch {
    return undefined;
  }
}

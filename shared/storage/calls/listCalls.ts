import { isActive, type InvitationHead } from '../../invitations/invitationHead';
import { accountKey } from '../../invitations/invitationId';
import { matchesCall } from '../../invitations/record/callFilter';
import { toHead } from '../../invitations/record/callHead';
import type { ListedEvent } from '../../invitations/record/callRecords';
import { TIMED_EVENT_KEY } from '../../invitations/record/eventKey';
import type { InvitationPage, InvitationQuery } from '../../invitations/record/invitationPage';
import { newestFirst } from '../../invitations/record/timeKeys';
import { parseCursor } from '../cursor';
import type { Tables } from '../tables';
import { readPage } from './listPage';
import {
  ACCOUNT_ROW_KEY,
  fromListItem,
  parseFeedRowKey,
  recordedBefore,
  recordedSince,
  recordedUntil,
  toAccountRowKey,
  toFeedRowKey,
} from './listRows';
import { headOf, readCallEvents } from './readCall';
import { queryRows, type Row } from './rows';

/** No call rings for longer: what was last heard of before that is active no more. */
const ACTIVE_MS = 600_000;
/** Rows of one request: a few pages' worth, for most calls have two or three. */
const ROWS_A_REQUEST = 100;

/** One list of calls: which rows it has, the newest first, and what each of them shows. */
interface CallIndex {
  readonly table: 'feed' | 'callsByAccount';
  /** What the key of a row looks like: a cursor is one. */
  readonly keyPattern: RegExp;
  /** OData filters of the rows after that key; of all without one. */
  filters(after: string | undefined): readonly string[];
  /** Partition of the call that a row is about. */
  partitionOf(row: Row): string;
  /** The call as this row shows it; undefined where it is about none, another row shows it, or it is on record no more. */
  resolve(row: Row): Promise<InvitationHead | undefined>;
}

/**
 * Calls, the newest first: of one account by the time at which they began, of all by the time of their newest event. Ended
 * calls are shown from the list alone, others are read; each is shown once. Errors: `requestInvalid` for a made-up cursor,
 * `storageUnavailable`.
 */
export async function listCalls(tables: Tables, query: InvitationQuery): Promise<InvitationPage> {
  const { account, state, nowMs } = query;
  const index = account === undefined ? feedIndex(tables, query) : accountIndex(tables, account, query);
  const after = parseCursor(query.cursor, index.keyPattern);
  const rows = queryRows(tables, index.table, { filter: index.filters(after).join(' and ') }, ROWS_A_REQUEST);
  const shown = new Set<string>();
  const { items: heads, ...rest } = await readPage(rows, query.limit, async (row) => {
    const call = index.partitionOf(row);
    const head = shown.has(call) ? undefined : await index.resolve(row);
    if (head === undefined || shown.has(call)) return undefined;
    shown.add(call);
    const isWanted = state === undefined || isActive(head, nowMs) === (state === 'active');
    return isWanted && matchesCall(head, query) ? head : undefined;
  });
  return { heads, ...rest };
}

/**
 * A call stands in the feed where its end was recorded, or its newest event. With `until`, one that was recorded later than
 * this after it began is found through its account only, whose list goes by the beginning.
 */
const LATEST_RECORD_MS = 3_600_000;
/** How far the clock of the process that records may be behind that of the one that receives. */
const CLOCK_SKEW_MS = 60_000;

function feedIndex(tables: Tables, { state, nowMs, sinceMs, untilMs }: InvitationQuery): CallIndex {
  const partitionOf = (row: Row): string => parseFeedRowKey(row.rowKey)?.event.partition ?? '';
  return {
    table: 'feed',
    keyPattern: TIMED_EVENT_KEY,
    filters: (after) => [
      ...(after === undefined ? [] : [recordedBefore(after)]),
      ...(untilMs === undefined ? [] : [recordedUntil(untilMs + LATEST_RECORD_MS)]),
      ...(sinceMs === undefined ? [] : [recordedSince(sinceMs - CLOCK_SKEW_MS)]),
      ...(state === 'active' ? [recordedSince(nowMs - ACTIVE_MS)] : []),
    ],
    partitionOf,
    async resolve(row) {
      if (row.happened === undefined) return undefined;
      const whole = endedCall(row);
      if (whole !== undefined) return whole;
      const events = await readCallEvents(tables, partitionOf(row));
      return keyInFeed(events) === row.rowKey ? headOf(tables, events) : undefined;
    },
  };
}

/** The row that shows the call: that of its `completed`, which needs no reading, else the newest. */
function keyInFeed(events: readonly ListedEvent[]): string | undefined {
  const ends = events.filter(({ event }) => event.type.endsWith('.completed'));
  const keys = (ends.length === 0 ? events : ends).filter(({ event }) => toHead([event]) !== undefined);
  return keys.map(({ event, recordedAtMs }) => toFeedRowKey(event, recordedAtMs)).toSorted()[0];
}

function accountIndex(tables: Tables, account: string, { state, nowMs, sinceMs, untilMs }: InvitationQuery): CallIndex {
  const partitionOf = ({ rowKey }: Row): string => rowKey.slice(rowKey.indexOf('.') + 1);
  return {
    table: 'callsByAccount',
    keyPattern: ACCOUNT_ROW_KEY,
    filters: (after) => [
      `PartitionKey eq '${accountKey(account)}'`,
      ...(after === undefined ? [] : [`RowKey gt '${after}'`]),
      ...(sinceMs === undefined ? [] : [`RowKey lt '${newestFirst(sinceMs)}~'`]),
      ...(untilMs === undefined ? [] : [`RowKey ge '${newestFirst(untilMs - 1)}'`]),
      ...(state === 'active' ? [`RowKey lt '${newestFirst(nowMs - ACTIVE_MS)}~'`] : []),
    ],
    partitionOf,
    async resolve(row) {
      const whole = endedCall(row);
      // An end that was recorded before its beginning stands where it began only if that is known.
      if (whole !== undefined && whole.startedAtMs < whole.seenAtMs) return whole;
      const head = await headOf(tables, await readCallEvents(tables, partitionOf(row)));
      return head !== undefined && toAccountRowKey(head.invitationId, head.startedAtMs) === row.rowKey
        ? head
        : undefined;
    },
  };
}

/** The call whose `completed` this row is, if its start is known. */
function endedCall(row: Row): InvitationHead | undefined {
  if (row.happened !== 'completed') return undefined;
  const { event, startedAtMs } = fromListItem(row);
  const head = toHead([event]);
  return head === undefined || startedAtMs === undefined ? undefined : { ...head, startedAtMs };
}

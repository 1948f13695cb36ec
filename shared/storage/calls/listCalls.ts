import type { InvitationHead } from '../../invitations/invitationHead';
import { accountKey } from '../../invitations/invitationId';
import type { CallFilter } from '../../invitations/record/callFilter';
import type { InvitationPage, InvitationQuery } from '../../invitations/record/invitationPage';
import { toHead } from '../../invitations/record/callHead';
import type { ListedEvent } from '../../invitations/record/callRecords';
import type { Tables } from '../tables';
import {
  ACCOUNT_ROW_KEY,
  toAccountRowKey,
  FEED_KEY,
  parseFeedRowKey,
  recordedBefore,
  recordedSince,
  recordedUntil,
  toFeedRowKey,
  fromListItemTexts,
} from './listRows';
import { ACTIVE_MS, listActiveCalls } from './listActiveCalls';
import { readPage, type CallIndex } from './listPage';
import { rowKeyOf, type Row } from './rows';
import { newestFirst } from './timeKeys';
import { headOf, readCallEvents } from './readCall';

/**
 * Calls, the newest first: of one account by the time at which they began, of all by the time of their newest event. Ended
 * calls are shown from the list alone, others are read. Errors: `requestInvalid` for a made-up cursor, `storageUnavailable`.
 */
export function listCalls(tables: Tables, query: InvitationQuery): Promise<InvitationPage> {
  if (query.account !== undefined) return readPage(tables, accountIndex(tables, query.account, query), query);
  return query.state === 'active' ? listActiveCalls(tables, query) : readPage(tables, feedIndex(tables, query), query);
}

/**
 * A call stands in the feed where its end was recorded, or its newest event. With `until`, one that was recorded later than
 * this after it began is found through its account only, whose list goes by the beginning.
 */
const LATEST_RECORD_MS = 3_600_000;
/** How far the clock of the process that records may be behind that of the one that receives. */
const CLOCK_SKEW_MS = 60_000;

function feedIndex(tables: Tables, { sinceMs, untilMs }: CallFilter): CallIndex {
  const partitionOf = (row: Row): string => parseFeedRowKey(rowKeyOf(row))?.event.partition ?? '';
  return {
    table: 'feed',
    keyPattern: FEED_KEY,
    filter: (after) =>
      [
        ...(after === undefined ? [] : [recordedBefore(after)]),
        ...(untilMs === undefined ? [] : [recordedUntil(untilMs + LATEST_RECORD_MS)]),
        ...(sinceMs === undefined ? [] : [recordedSince(sinceMs - CLOCK_SKEW_MS)]),
      ].join(' and '),
    partitionOf,
    async resolve(row, after) {
      if (row.happened === undefined) return undefined;
      const whole = endedCall(row);
      if (whole !== undefined) return whole;
      const events = await readCallEvents(tables, partitionOf(row));
      const key = keyInFeed(events);
      // Another row further down shows it, or one on a page before this has.
      if (key === undefined || key > rowKeyOf(row) || (after !== undefined && key <= after)) return undefined;
      return headOf(tables, events);
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
  const partitionOf = (row: Row): string => rowKeyOf(row).slice(rowKeyOf(row).indexOf('.') + 1);
  return {
    table: 'callsByAccount',
    keyPattern: ACCOUNT_ROW_KEY,
    filter: (after) =>
      [
        `PartitionKey eq '${accountKey(account)}'`,
        ...(after === undefined ? [] : [`RowKey gt '${after}'`]),
        ...(sinceMs === undefined ? [] : [`RowKey lt '${newestFirst(sinceMs)}~'`]),
        ...(untilMs === undefined ? [] : [`RowKey ge '${newestFirst(untilMs - 1)}'`]),
        ...(state === 'active' ? [`RowKey lt '${newestFirst(nowMs - ACTIVE_MS)}~'`] : []),
      ].join(' and '),
    partitionOf,
    async resolve(row) {
      const whole = endedCall(row);
      // An end that was recorded before its beginning stands where it began only if that is known.
      if (whole !== undefined && whole.startedAtMs < whole.seenAtMs) return whole;
      const head = await headOf(tables, await readCallEvents(tables, partitionOf(row)));
      return head === undefined || toAccountRowKey(head.invitationId, head.startedAtMs) !== rowKeyOf(row)
        ? undefined
        : head;
    },
  };
}

/** The call whose `completed` this row is, if its start is known. */
function endedCall(row: Row): InvitationHead | undefined {
  if (row.happened !== 'completed') return undefined;
  const { event, startedAtMs } = fromListItemTexts(row);
  const head = toHead([event]);
  return head === undefined || startedAtMs === undefined ? undefined : { ...head, startedAtMs };
}

import { EXPIRY_GRACE_MS, isActive, type InvitationHead } from '../../invitations/invitationHead';
import { matchesCall } from '../../invitations/record/callFilter';
import type { InvitationPage, InvitationQuery } from '../../invitations/record/invitationPage';
import { encodeCursor } from '../cursor';
import type { Tables } from '../tables';
import { FEED_KEY, parseFeedRowKey, recordedSince } from './listRows';
import { parseCursor } from './listPage';
import { headOf, readCallEvents } from './readCall';
import { queryRows, rowKeyOf } from './rows';

/** No call rings for longer: what was last heard of before that is active no more. */
export const ACTIVE_MS = 600_000;
/** Calls that are read at once. */
const READ_TOGETHER = 16;

/**
 * Calls that may still be ringing, the one last heard of first: by the feed's keys of the last ten minutes, and those calls
 * themselves that it does not show ended. Errors: `requestInvalid` for a made-up cursor, `storageUnavailable`.
 */
export async function listActiveCalls(
  tables: Tables,
  query: Omit<InvitationQuery, 'account' | 'state'>,
): Promise<InvitationPage> {
  const { limit, cursor, nowMs } = query;
  const after = parseCursor(cursor, FEED_KEY) ?? '';
  const left = (await ringingCalls(tables, nowMs)).filter(({ key }) => key > after);
  const heads: InvitationHead[] = [];
  for (let at = 0; at < left.length; at += READ_TOGETHER) {
    const group = left.slice(at, at + READ_TOGETHER);
    const found = await Promise.all(
      group.map(async ({ partition }) => headOf(tables, await readCallEvents(tables, partition))),
    );
    for (const [index, head] of found.entries()) {
      if (head !== undefined && isActive(head, nowMs) && matchesCall(head, query)) heads.push(head);
      const isLast = at + index + 1 === left.length;
      if (heads.length === limit) return { heads, ...(!isLast && { cursor: encodeCursor(group[index]?.key ?? '') }) };
    }
  }
  return { heads };
}

interface RingingCall {
  readonly partition: string;
  /** Of its newest row in the feed. */
  readonly key: string;
}

/** Calls that the feed does not show ended, the one last heard of first. */
async function ringingCalls(tables: Tables, nowMs: number): Promise<readonly RingingCall[]> {
  const calls = new Map<string, RingingCall & { readonly over: boolean }>();
  const queryOptions = {
    filter: recordedSince(nowMs - ACTIVE_MS),
    select: ['RowKey', 'happened', 'expiryTimeMs'],
  };
  for await (const row of queryRows(tables, 'feed', queryOptions)) {
    const key = rowKeyOf(row);
    const partition = parseFeedRowKey(key)?.event.partition;
    if (partition === undefined || typeof row.happened !== 'string') continue;
    const over =
      row.happened === 'completed' ||
      (typeof row.expiryTimeMs === 'number' && row.expiryTimeMs + EXPIRY_GRACE_MS <= nowMs);
    const known = calls.get(partition);
    // The newest row tells when the ring ends; any row may tell that it has.
    if (known === undefined) calls.set(partition, { partition, key, over });
    else if (row.happened === 'completed') calls.set(partition, { ...known, over: true });
  }
  return [...calls.values()].filter(({ over }) => !over);
}

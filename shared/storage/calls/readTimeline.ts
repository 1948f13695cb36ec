import type { InvitationData } from '../../invitations/invitationData';
import type { RecordedEvent } from '../../invitations/record/callRecords';
import type { TimelinePage } from '../../invitations/record/callViews';
import { toTableKey } from '../../invitations/record/eventKey';
import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { ChannelGapEvent } from '../../invitations/events/relayEvent';
import { encodeCursor, parseCursor } from '../cursor';
import type { Tables } from '../tables';
import { CALL_ROW_KEY, CONTEXT, fromAttemptRow, fromEventRow, LATER } from './callRows';
import { readGaps } from './gaps';
import { queryRows, type Row } from './rows';

const MAX_ROWS_A_PAGE = 1000;
const MAX_PAGE_CHARACTERS = 1024 * 1024;

/**
 * One page of a call's partition, in the order of its rows: settled commands, events, later attempts. Gaps of the account's
 * channel are on the page that has events. Errors: `requestInvalid` for a made-up cursor, `storageUnavailable`.
 */
export async function readTimeline(
  tables: Tables,
  invitationId: string,
  cursor: string | undefined,
  nowMs: number,
): Promise<TimelinePage> {
  const after = parseCursor(cursor, CALL_ROW_KEY) ?? '';
  const filter = `PartitionKey eq '${toTableKey(invitationId)}' and RowKey gt '${after}'`;
  const commands: RecordedEvent[] = [];
  const contexts: RecordedEvent[] = [];
  const events: RecordedEvent[] = [];
  const attempts: ReturnType<typeof fromAttemptRow>[] = [];
  let [rows, characters, last, next] = [0, 0, '', ''];
  for await (const row of queryRows(tables, 'calls', { filter })) {
    const size = charactersOf(row);
    if (rows === MAX_ROWS_A_PAGE || (rows > 0 && characters + size > MAX_PAGE_CHARACTERS)) {
      next = last;
      break;
    }
    rows += 1;
    characters += size;
    last = row.rowKey;
    if (last.startsWith(LATER)) attempts.push(fromAttemptRow(row));
    else if (last.startsWith(CONTEXT)) contexts.unshift(fromEventRow(row));
    else (last.startsWith('command.') ? commands : events).push(fromEventRow(row));
  }
  return {
    events: [...events, ...contexts, ...commands],
    attempts,
    gaps: await gapsWhile(tables, events, nowMs),
    ...(next !== '' && { cursor: encodeCursor(next) }),
  };
}

/** Gaps between the call's first event and its end, or now where that is not known. */
async function gapsWhile(
  tables: Tables,
  events: readonly RecordedEvent[],
  nowMs: number,
): Promise<readonly ChannelGapEvent[]> {
  const calls = events.map(({ event }) => event).filter(isInvitationEvent);
  const [first] = calls;
  if (first === undefined) return [];
  const sinceMs = Math.min(...calls.map(({ timeMs }) => timeMs));
  const ended = calls.findLast(({ data }: { readonly data: InvitationData }) => data.event === 'completed');
  const gaps: ChannelGapEvent[] = [];
  for await (const gap of readGaps(tables, first.account, sinceMs, ended?.timeMs ?? nowMs)) gaps.push(gap);
  return gaps;
}

/** What a row has of texts: nearly all of it. */
function charactersOf(row: Row): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}

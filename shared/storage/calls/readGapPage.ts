import { accountKey } from '../../invitations/invitationId';
import type { GapQuery } from '../../invitations/record/callViews';
import { toTimeKey } from '../../invitations/record/eventKey';
import type { ChannelGapEvent } from '../../invitations/events/relayEvent';
import { cursorRefused, decodeCursor, encodeCursor } from '../cursor';
import type { Tables } from '../tables';
import { fromEventRow } from './callRows';
import { isGapEvent } from './readCall';
import { queryRows, rowKeyOf } from './rows';

const ROW_KEY = /^gap\.[\w.-]{1,800}$/;

/** One page of an account's gaps, the earliest first. Errors: `requestInvalid` for a made-up cursor; `storageUnavailable`. */
export async function readGapPage(
  tables: Tables,
  account: string,
  { sinceMs, untilMs, limit, cursor }: GapQuery,
): Promise<{ readonly gaps: readonly ChannelGapEvent[]; readonly cursor?: string }> {
  const after = decodeCursor(cursor);
  if (after !== undefined && !ROW_KEY.test(after)) throw cursorRefused();
  const from = after === undefined ? `RowKey ge 'gap.${toTimeKey(sinceMs)}'` : `RowKey gt '${after}'`;
  const filter = `PartitionKey eq '${accountKey(account)}' and ${from} and RowKey lt 'gap.${toTimeKey(untilMs)}~'`;
  const gaps: ChannelGapEvent[] = [];
  for await (const row of queryRows(tables, 'calls', { filter }, limit)) {
    const { event } = fromEventRow(row);
    if (isGapEvent(event)) gaps.push(event);
    if (gaps.length === limit) return { gaps, cursor: encodeCursor(rowKeyOf(row)) };
  }
  return { gaps };
}

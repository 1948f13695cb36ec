import { accountKey } from '../../invitations/invitationId';
import type { CallViews, GapQuery } from '../../invitations/record/callViews';
import { toTimeKey } from '../../invitations/record/timeKeys';
import type { ChannelGapEvent } from '../../invitations/events/relayEvent';
import { parseCursor } from '../cursor';
import type { Tables } from '../tables';
import { fromEventRow } from './callRows';
import { readPage } from './listPage';
import { queryRows, type Row } from './rows';

export const GAP_ROW_KEY = /^gap\.[\w.-]{1,800}$/;

/** Gaps of an account's channel that ended between the two moments, the earliest first. Errors: `storageUnavailable`. */
export async function* readGaps(
  tables: Tables,
  account: string,
  sinceMs: number,
  untilMs = Infinity,
): AsyncGenerator<ChannelGapEvent> {
  const rows = queryRows(tables, 'calls', { filter: gapsBetween(account, sinceMs, untilMs) }, 50);
  for await (const row of rows) yield fromGapRow(row);
}

/** One page of them. Errors: `requestInvalid` for a made-up cursor; `storageUnavailable`. */
export async function readGapPage(
  tables: Tables,
  account: string,
  { sinceMs, untilMs, limit, cursor }: GapQuery,
): ReturnType<CallViews['gaps']> {
  const after = parseCursor(cursor, GAP_ROW_KEY) ?? '';
  const filter = `${gapsBetween(account, sinceMs, untilMs)} and RowKey gt '${after}'`;
  const { items: gaps, ...rest } = await readPage(queryRows(tables, 'calls', { filter }, limit + 1), limit, fromGapRow);
  return { gaps, ...rest };
}

function gapsBetween(account: string, sinceMs: number, untilMs: number): string {
  const keys = `RowKey ge 'gap.${toTimeKey(sinceMs)}' and RowKey lt 'gap.${toTimeKey(untilMs)}~'`;
  return `PartitionKey eq '${accountKey(account)}' and ${keys}`;
}

function fromGapRow(row: Row): ChannelGapEvent {
  return fromEventRow(row).event as ChannelGapEvent;
}

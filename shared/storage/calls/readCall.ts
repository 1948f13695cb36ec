import type { CallContext } from '../../invitations/calls/callData';
import { isContextEvent } from '../../invitations/calls/callEvent';
import type { InvitationHead } from '../../invitations/invitationHead';
import { applyGaps, toHead } from '../../invitations/record/callHead';
import type { ListedEvent, RecordedEvent } from '../../invitations/record/callRecords';
import type { EventKey } from '../../invitations/record/eventKey';
import type { ChannelGap } from '../../invitations/events/relayEvent';
import type { Tables } from '../tables';
import { CONTEXT, EVENT, fromEventRow, fromListedRow, LISTED_COLUMNS, rowsOf } from './callRows';
import { readGaps } from './gaps';
import { queryRows, readRow } from './rows';

/** What was attached to a call, the newest first, then the call's events in sequence. Errors: `storageUnavailable`. */
export async function readCallEvents(tables: Tables, partition: string): Promise<readonly ListedEvent[]> {
  const events: ListedEvent[] = [];
  // No other rows lie between the two prefixes.
  const filter = `PartitionKey eq '${partition}' and RowKey ge '${CONTEXT}' and RowKey lt '${EVENT}~'`;
  for await (const row of queryRows(tables, 'calls', { filter, select: LISTED_COLUMNS }))
    events.push(fromListedRow(row));
  return events;
}

/** One event as it is on record, settled commands and gaps included. Errors: `storageUnavailable`. */
export async function readEventAt(tables: Tables, { partition, row }: EventKey): Promise<RecordedEvent | undefined> {
  const found = await readRow(tables, 'calls', partition, row);
  return found && fromEventRow(found);
}

/** What is attached to a call now. Errors: `storageUnavailable`. */
export async function readContext(tables: Tables, partition: string): Promise<CallContext | undefined> {
  for await (const row of queryRows(tables, 'calls', { filter: rowsOf(partition, CONTEXT) }, 1)) {
    const { event } = fromEventRow(row);
    return isContextEvent(event) ? event.data.context : undefined;
  }
  return undefined;
}

/** The state of a call by its events, and by the gaps of its account while no `completed` tells its end. Errors: `storageUnavailable`. */
export async function headOf(
  tables: Tables,
  events: readonly Pick<ListedEvent, 'event'>[],
): Promise<InvitationHead | undefined> {
  const head = toHead(events.map(({ event }) => event));
  if (head?.state !== 'active') return head;
  const gaps: ChannelGap[] = [];
  // The first that was over after the call was last heard of decides.
  for await (const gap of readGaps(tables, head.account, head.seenAtMs)) {
    gaps.push(gap.data);
    if (applyGaps(head, gaps).state === 'ended') break;
  }
  return applyGaps(head, gaps);
}

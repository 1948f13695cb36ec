import { isContextEvent, type CallContextEvent } from '../../invitations/calls/callEvent';
import { withContext } from '../../invitations/calls/withContext';
import type { InvitationData } from '../../invitations/invitationData';
import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { CallRecord, CallRecords, ListedEvent, RecordedEvent } from '../../invitations/record/callRecords';
import { toEventKey, toTableKey } from '../../invitations/record/eventKey';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import type { Tables } from '../tables';
import { toAttemptRow, toEventRow, toResultsRow } from './callRows';
import { toAccountRow, toFeedRow } from './listRows';
import { toDeliveryRow } from './deliveryRows';
import { readCallEvents, readContext, readEventAt } from './readCall';
import { insertRow, mergeRow, replaceRow } from './rows';

/**
 * What is kept of calls, in tables `calls`, `feed`, `callsByAccount` and `deliveries`. Requests: one for each method, but for
 * insertEvent of results where the event is there already (2), for indexEvent of a `started` (2), of a `completed` (2, or 3 where
 * the call's start is read) and of a context (2, or 4 after the end), and for writeRecord, which does both. A table that is not
 * there yet is made at its first use.
 */
export function createCallRecords(tables: Tables): CallRecords {
  const readEvents = (invitationId: string) => readCallEvents(tables, toTableKey(invitationId));

  const indexEvent = async (record: CallRecord): Promise<void> => {
    const { event } = record;
    if (isContextEvent(event)) return indexContext(record, event);
    const happened = isInvitationEvent(event) ? event.data.event : undefined;
    const startedAtMs = record.startedAtMs ?? (await startOf(event, happened, readEvents));
    if (startedAtMs === undefined) return replaceRow(tables, 'feed', toFeedRow(record));
    const whole = { ...record, startedAtMs };
    const writes: Promise<unknown>[] = [replaceRow(tables, 'feed', toFeedRow(whole))];
    if (happened === 'completed') writes.push(replaceRow(tables, 'callsByAccount', toAccountRow(whole)));
    // The end of the call, if it came first, stays.
    else if (happened !== undefined && startedAtMs === event.timeMs)
      writes.push(insertRow(tables, 'callsByAccount', toAccountRow(whole)));
    await Promise.all(writes);
  };

  const insertEvent = async (recorded: RecordedEvent): Promise<void> => {
    const { event, results } = recorded;
    const isNew = await insertRow(tables, 'calls', toEventRow(recorded));
    if (!isNew && results !== undefined) await mergeRow(tables, 'calls', toResultsRow(event, results));
  };

  /** A list shows an ended call from one row alone: that row gets what was attached after the end. */
  const indexContext = async (record: CallRecord, { subject, data: { context } }: CallContextEvent): Promise<void> => {
    await replaceRow(tables, 'feed', toFeedRow(record));
    const known = (await readEvents(subject)).filter(({ event }) => isInvitationEvent(event));
    const end = known.find(({ event }) => isInvitationEvent(event) && event.data.event === 'completed');
    if (end === undefined) return;
    const event = { ...end.event, data: withContext(end.event.data as InvitationData, context) };
    const whole = { ...end, event, startedAtMs: Math.min(...known.map((one) => one.event.timeMs)) };
    await Promise.all([
      replaceRow(tables, 'feed', toFeedRow(whole)),
      replaceRow(tables, 'callsByAccount', toAccountRow(whole)),
    ]);
  };

  return {
    insertEvent,
    indexEvent,
    writeResults: (event, results) => mergeRow(tables, 'calls', toResultsRow(event, results)),
    readEvents,
    readContext: (invitationId) => readContext(tables, toTableKey(invitationId)),
    readEvent: (event) => readEventAt(tables, toEventKey(event)),
    writeAttempt: (event, attempt) => replaceRow(tables, 'calls', toAttemptRow(event, attempt)),
    writeDelivery: (delivery) => replaceRow(tables, 'deliveries', toDeliveryRow(delivery)),
    async writeRecord(record) {
      await insertEvent(record);
      await indexEvent(record);
    },
  };
}

/** When the call began, where that is this event or the call has ended: then by its earliest event on record. */
async function startOf(
  { subject, timeMs }: RelayEvent,
  happened: InvitationData['event'] | undefined,
  readEvents: (invitationId: string) => Promise<readonly ListedEvent[]>,
): Promise<number | undefined> {
  if (happened === 'started') return timeMs;
  if (happened !== 'completed') return undefined;
  const known = await readEvents(subject);
  return Math.min(timeMs, ...known.map(({ event }) => event.timeMs));
}

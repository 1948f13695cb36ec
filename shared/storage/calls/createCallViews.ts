import type { Clock } from '../../clock';
import type { RecordedEvent } from '../../invitations/record/callRecords';
import type { CallViews } from '../../invitations/record/callViews';
import { parseDeliveryId, toTableKey } from '../../invitations/record/eventKey';
import { removeMatching } from '../removeRows';
import { createStartedCalls } from '../startedCalls';
import type { Tables } from '../tables';
import { fromDeliveryRow, toDeliveryRowKey } from './deliveryRows';
import { readGapPage } from './gaps';
import { listCalls } from './listCalls';
import { listDeliveries } from './listDeliveries';
import { inGroups } from './listPage';
import { parseFeedRowKey, recordedSince, recordedUntil } from './listRows';
import { headOf, readCallEvents, readEventAt } from './readCall';
import { readTimeline } from './readTimeline';
import { queryRows, readRow } from './rows';

/** Failures are counted no further: twenty decide. */
const MAX_ROWS_COUNTED = 1000;
/** Events that are read at once. */
const READ_TOGETHER = 16;

/** What callers are shown of calls, from the tables that createCallRecords writes. No list reads a whole table. */
export function createCallViews(tables: Tables, clock: Pick<Clock, 'now'>): CallViews {
  const started = createStartedCalls(tables);
  /** Of a started call the id that was answered may not be the one of its events: both lead to the same call. */
  const eventsOf = async (invitationId: string) => {
    const events = await readCallEvents(tables, toTableKey(invitationId));
    if (events.length > 0) return events;
    const canonicalId = await started.canonicalId(invitationId);
    return canonicalId === invitationId ? events : readCallEvents(tables, toTableKey(canonicalId));
  };
  const deliveriesOf = (subscriptionId: string): string => `PartitionKey eq '${toTableKey(subscriptionId)}'`;
  return {
    deliveries: async (subscriptionId, { invitationId, ...query }) =>
      listDeliveries(tables, subscriptionId, {
        ...query,
        ...(invitationId !== undefined && { invitationId: await started.canonicalId(invitationId) }),
      }),
    head: async (invitationId) => headOf(tables, await eventsOf(invitationId)),
    history: async (invitationId) => (await eventsOf(invitationId)).map(({ event }) => event),
    list: (query) => listCalls(tables, query),
    gaps: (account, query) => readGapPage(tables, account, query),
    timeline: async (invitationId, cursor) =>
      readTimeline(tables, await started.canonicalId(invitationId), cursor, clock.now()),
    async delivery(subscriptionId, event) {
      const row = await readRow(tables, 'deliveries', toTableKey(subscriptionId), toDeliveryRowKey(event));
      return row === undefined ? undefined : fromDeliveryRow(row);
    },

    async failuresSince(subscriptionId, sinceMs) {
      const filter = `${deliveriesOf(subscriptionId)} and atMs ge ${sinceMs}.0`;
      let [failures, rows] = [0, 0];
      for await (const row of queryRows(tables, 'deliveries', { filter, select: ['failures'] })) {
        failures += Number(row.failures);
        rows += 1;
        if (rows === MAX_ROWS_COUNTED) break;
      }
      return failures;
    },

    recordedBetween: (sinceMs, untilMs) => readRecordedBetween(tables, sinceMs, untilMs),

    async findByDeliveryId(deliveryId) {
      const key = parseDeliveryId(deliveryId);
      return key && readEventAt(tables, key);
    },

    async removeDeliveries(subscriptionId) {
      await removeMatching(tables, 'deliveries', deliveriesOf(subscriptionId));
    },
  };
}

async function* readRecordedBetween(tables: Tables, sinceMs: number, untilMs: number): AsyncGenerator<RecordedEvent> {
  const queryOptions = { filter: `${recordedUntil(untilMs)} and ${recordedSince(sinceMs)}`, select: ['RowKey'] };
  for await (const rows of inGroups(queryRows(tables, 'feed', queryOptions), READ_TOGETHER)) {
    const found = await Promise.all(
      rows.map(async (row) => {
        const key = parseFeedRowKey(row.rowKey);
        const recorded = key && (await readEventAt(tables, key.event));
        // An event that was recorded twice is on record with the time of one of them.
        return recorded?.recordedAtMs === key?.recordedAtMs ? recorded : undefined;
      }),
    );
    for (const recorded of found) if (recorded !== undefined) yield recorded;
  }
}

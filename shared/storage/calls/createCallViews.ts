import type { Clock } from '../../clock';
import type { CallViews } from '../../invitations/record/callViews';
import { toTableKey } from '../../invitations/record/eventKey';
import { createStartedCalls } from '../startedCalls';
import type { Tables } from '../tables';
import { createDeliveryViews } from './deliveryViews';
import { listDeliveries } from './listDeliveries';
import { listCalls } from './listCalls';
import { headOf, readCallEvents } from './readCall';
import { readGapPage } from './readGapPage';
import { readTimeline } from './readTimeline';

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
  return {
    ...createDeliveryViews(tables),
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
  };
}

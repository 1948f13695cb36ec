import type { Clock } from '../../clock';
import type { CallViews } from '../../invitations/record/callViews';
import { toTableKey } from '../../invitations/record/eventKey';
import type { Tables } from '../tables';
import { createDeliveryViews } from './deliveryViews';
import { listCalls } from './listCalls';
import { headOf, readCallEvents } from './readCall';
import { readGapPage } from './readGapPage';
import { readTimeline } from './readTimeline';

/** What callers are shown of calls, from the tables that createCallRecords writes. No list reads a whole table. */
export function createCallViews(tables: Tables, clock: Pick<Clock, 'now'>): CallViews {
  const eventsOf = (invitationId: string) => readCallEvents(tables, toTableKey(invitationId));
  return {
    ...createDeliveryViews(tables),
    head: async (invitationId) => headOf(tables, await eventsOf(invitationId)),
    history: async (invitationId) => (await eventsOf(invitationId)).map(({ event }) => event),
    list: (query) => listCalls(tables, query),
    gaps: (account, query) => readGapPage(tables, account, query),
    timeline: (invitationId, cursor) => readTimeline(tables, invitationId, cursor, clock.now()),
  };
}

import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { createCallViews } from '../../shared/storage/calls/createCallViews';
import { removeOldCalls } from '../../shared/storage/calls/removeOldCalls';
import { removeOldDeliveries } from '../../shared/storage/calls/removeOldDeliveries';
import { createClaims } from '../../shared/storage/claims';
import { createCommandAudit } from '../../shared/storage/commandAudit';
import { erasePerson } from '../../shared/storage/erasure/erasePerson';
import { createRateSlots } from '../../shared/storage/rateSlots';
import { recordTables, removeOlderRecords } from '../../shared/storage/retention';
import { createSubscriberHealthStore } from '../../shared/storage/subscriberHealthStore';
import { createSubscriptionStore } from '../../shared/storage/subscriptionStore';
import { silentLog } from '../../shared/telemetry/log';
import { createFakeClock } from '../support/fakeClock';
import { sampleGapEvent, sampleInvitationEvent } from '../support/sampleEvents';
import { startTestTables, type TestTables } from '../support/testTables';
import { sampleSubscription } from '../support/webhookEvents';
import { attemptOf, deliveryOf } from './callRecords';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => storage.empty(...recordTables, 'subscriptionHealth', 'deliveryRates', 'subscriptions'));

const DAY_MS = 86_400_000;
const { timeMs } = sampleInvitationEvent();
const from = (uri: string) => ({ data: { ...sampleInvitationEvent().data, from: { uri, name: 'Somebody' } } });

async function keep(event: RelayEvent, recordedAtMs = event.timeMs): Promise<void> {
  await createCallRecords(storage.tables).writeRecord({ event, recordedAtMs });
}

/** A call of that caller, answered by somebody: ten rows, in every table that can hold some. */
async function recordCall(subject: string, uri: string, laterMs = 0): Promise<void> {
  const records = createCallRecords(storage.tables);
  const started = sampleInvitationEvent(1, { subject, timeMs: timeMs + laterMs, ...from(uri) });
  const updated = sampleInvitationEvent(2, {
    subject,
    timeMs: timeMs + laterMs,
    type: 'ucwa.audioVideoInvitation.updated',
  });
  await keep(started);
  await keep({ ...updated, data: { ...updated.data, event: 'updated' } });
  await records.writeAttempt(updated, attemptOf());
  await records.writeDelivery(deliveryOf(updated, { subscriptionId: 'sub_a' }));
  await keep({
    ...sampleInvitationEvent(),
    type: 'ucwa.command.settled',
    id: 'settled',
    subject,
    timeMs: timeMs + laterMs,
  });
  await createClaims(storage.tables).insert(subject, 'answer', {
    caller: 'key:a',
    command: 'decline',
    fingerprint: 'f',
    claimedAtMs: 1,
    state: 'sent',
  });
  await createCommandAudit(storage.tables).record({
    invitationId: subject,
    command: 'decline',
    caller: 'key:a',
    authentication: 'key',
    result: 'sent',
    status: 202,
    id: `a-${subject}`,
    atMs: 1,
  });
}
const ROWS_OF_A_CALL = 11;

async function rowCount(): Promise<number> {
  let rows = 0;
  for (const name of recordTables) for await (const _row of (await storage.tables.client(name)).listEntities()) rows++;
  return rows;
}

const health = {
  state: 'healthy',
  failingSinceMs: 1,
  lastError: 'HTTP 503',
  lastErrorAtMs: 2,
  isReported: false,
} as const;

describe('erasing a person', () => {
  it('removes every row of the calls that name them, in every table, and no other', async () => {
    await recordCall('hers', 'sip:Ann@contoso.com');
    await recordCall('another', 'sip:ann@contoso.com.au');
    expect(await rowCount()).toBe(2 * ROWS_OF_A_CALL);
    expect(await erasePerson(storage.tables, 'sip:ann@contoso.com')).toBe(ROWS_OF_A_CALL);
    const views = createCallViews(storage.tables, { now: () => timeMs });
    expect(await views.head('hers')).toBeUndefined();
    expect((await views.list({ limit: 9, nowMs: timeMs })).heads).toHaveLength(1);
    expect(await views.history('another')).toHaveLength(2);
    expect(await rowCount()).toBe(ROWS_OF_A_CALL);
    expect(await erasePerson(storage.tables, 'sip:ann@contoso.com')).toBe(0);
  });

  it('finds a name wherever a text is cut and however it is written', async () => {
    const parts = Array.from({ length: 40 }, (_, index) => ({ uri: `sip:müller-${index}@contoso.com` }));
    const event = sampleInvitationEvent();
    await keep({ ...event, data: { ...event.data, subject: 'x'.repeat(28_800), acceptedBy: parts } });
    for (const index of [0, 10, 20, 30, 39]) {
      const before = await rowCount();
      expect(before).toBeGreaterThan(0);
      expect(await erasePerson(storage.tables, `sip:müller-${index}@contoso.com`)).toBe(before);
      await keep({ ...event, data: { ...event.data, subject: 'x'.repeat(28_800), acceptedBy: parts } });
    }
  });

  it('removes the delivery whose response names them', async () => {
    await createCallRecords(storage.tables).writeDelivery(
      deliveryOf(sampleInvitationEvent(), { response: 'Hello sip:ann@contoso.com' }),
    );
    expect(await erasePerson(storage.tables, 'sip:ann@contoso.com')).toBe(1);
  });
});

describe('retention', () => {
  it('removes what was recorded before, call by call, and leaves the rest', async () => {
    await recordCall('old', 'sip:ann@contoso.com');
    await recordCall('new', 'sip:ann@contoso.com', 2 * DAY_MS);
    await keep(sampleGapEvent());
    await keep({ ...sampleInvitationEvent(), type: 'ucwa.subscription.disabled', subject: 'sub_a' });
    expect(await removeOldCalls(storage.tables, timeMs)).toBe(0);
    // Of the call 3 events, an attempt, its row in the account's list and 3 in the feed; the gap and the subscription's event with theirs.
    expect(await removeOldCalls(storage.tables, timeMs + DAY_MS)).toBe(8 + 2 + 2);
    const views = createCallViews(storage.tables, { now: () => timeMs });
    expect((await views.list({ limit: 9, nowMs: timeMs })).heads.map(({ invitationId }) => invitationId)).toEqual([
      'new',
    ]);
    expect(await views.timeline('old')).toEqual({ events: [], attempts: [], gaps: [] });
    expect((await views.timeline('new')).events).toHaveLength(3);
    expect(await removeOldCalls(storage.tables, timeMs + DAY_MS)).toBe(0);
  });

  it('removes the old events of a call, with their attempts, and leaves the newer', async () => {
    const records = createCallRecords(storage.tables);
    const [first, second] = [sampleInvitationEvent(1), sampleInvitationEvent(2)];
    await keep(first);
    await keep(second, timeMs + 2 * DAY_MS);
    await records.writeAttempt(first, attemptOf());
    await records.writeAttempt(second, attemptOf());
    await removeOldCalls(storage.tables, timeMs + DAY_MS);
    const { events, attempts } = await createCallViews(storage.tables, { now: () => timeMs }).timeline(first.subject);
    expect(events.map(({ event }) => event.id)).toEqual([second.id]);
    expect(attempts.map(({ eventId }) => eventId)).toEqual([second.id]);
  });

  it('removes more rows than fit in one transaction', async () => {
    for (let number = 0; number < 150; number += 10)
      await Promise.all(Array.from({ length: 10 }, (_, index) => keep(sampleInvitationEvent(number + index))));
    expect(await removeOldCalls(storage.tables, timeMs + DAY_MS)).toBe(301);
    expect(await rowCount()).toBe(0);
  });

  it('removes old deliveries, and all that is kept of subscriptions that are gone', async () => {
    const { tables } = storage;
    const subscriptions = createSubscriptionStore(tables, createFakeClock(), silentLog);
    await subscriptions.insert(() => sampleSubscription({ id: 'sub_a' }));
    const records = createCallRecords(tables);
    for (const subscriptionId of ['sub_a', 'sub_gone']) {
      await records.writeDelivery(deliveryOf(sampleInvitationEvent(1), { subscriptionId }));
      await records.writeDelivery(
        deliveryOf(sampleInvitationEvent(2, { timeMs: timeMs + 2 * DAY_MS }), { subscriptionId }),
      );
      await createSubscriberHealthStore(tables).write(subscriptionId, health);
      await createRateSlots(tables, createFakeClock(), () => 0).reserve(subscriptionId, 1, 1, 0);
    }
    expect(await removeOldDeliveries(tables, timeMs + DAY_MS)).toBe(1 + 2 + 2);
    const views = createCallViews(tables, { now: () => timeMs });
    expect((await views.deliveries('sub_a', { limit: 9 })).deliveries).toHaveLength(1);
    expect([...(await createSubscriberHealthStore(tables).readAll()).keys()]).toEqual(['sub_a']);
    expect(await removeOldDeliveries(tables, timeMs + DAY_MS)).toBe(0);
  });

  it('removes claims and commands that were last written before', async () => {
    await recordCall('a call', 'sip:ann@contoso.com');
    expect(await removeOlderRecords(storage.tables, Date.now() - DAY_MS)).toBe(0);
    expect(await removeOlderRecords(storage.tables, Date.now() + DAY_MS)).toBe(2);
  });
});

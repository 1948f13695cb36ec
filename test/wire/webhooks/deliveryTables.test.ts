import { erasePerson } from '../../../shared/storage/erasePerson';
import { createDeliveryArchive } from '../../../shared/storage/deliveryArchive';
import { createDeliveryLog } from '../../../shared/storage/deliveryLog';
import { createDeliveryOrder } from '../../../shared/storage/deliveryOrder';
import { sweepDeliveries } from '../../../shared/storage/deliveryRetention';
import { noDeliveries } from '../../../shared/webhooks/deliveryCounts';
import { deliveryIdOf } from '../../../shared/webhooks/deliveryMessage';
import { toDeliveredEvent } from '../../../shared/webhooks/fanOut';
import type { DeliveryLogEntry } from '../../../shared/webhooks/ports';
import { sampleGapEvent } from '../../support/sampleEvents';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const hourMs = 3_600_000;

let storage: TestTables;
beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
afterEach(() => storage.empty('deliveries', 'deliveryOrder', 'deliveryEvents'));

function entry(call: number, attempt: number, changes: Partial<DeliveryLogEntry> = {}): DeliveryLogEntry {
  const { id, type, subject, timeMs } = callEvent('completed', { call, timeMs: ringStartMs + call * 1000 });
  return {
    subscriptionId: 'sub_a',
    deliveryId: deliveryIdOf({ id, timeMs }),
    eventId: id,
    type,
    subject,
    round: 0,
    attempt,
    attempted: true,
    atMs: timeMs + attempt,
    durationMs: 12,
    outcome: 'delivered',
    ...changes,
  };
}

describe('the delivery log', () => {
  test('gives entries back as they were, newest events first and the attempts of one in order', async () => {
    const log = createDeliveryLog(storage.tables);
    const entries = [
      entry(1, 1, { outcome: 'retrying', status: 500, reason: 'answered 500', response: 'ü'.repeat(4096), nextAtMs: ringStartMs + 99.5 }),
      entry(2, 1, { outcome: 'dead', status: 404, reason: 'answered 404' }),
      entry(1, 2),
      entry(1, 1, { round: ringStartMs + 500_000, outcome: 'expired', attempted: false, reason: 'the ring is over' }),
    ];
    for (const one of entries) await log.record(one);
    expect(await log.page('sub_a', { limit: 10 })).toEqual({ entries: [entries[1], entries[0], entries[2], entries[3]] });
  });

  test('pages through, whatever is written meanwhile', async () => {
    const log = createDeliveryLog(storage.tables);
    for (let call = 1; call <= 5; call += 1) await log.record(entry(call, 1));
    const first = await log.page('sub_a', { limit: 2 });
    await log.record(entry(6, 1));
    const second = await log.page('sub_a', { limit: 2, cursor: first.cursor ?? '' });
    const third = await log.page('sub_a', { limit: 2, cursor: second.cursor ?? '' });
    expect([first, second, third].map(({ entries }) => entries.map(({ eventId }) => eventId))).toEqual([
      ['call-5-completed', 'call-4-completed'],
      ['call-3-completed', 'call-2-completed'],
      ['call-1-completed'],
    ]);
    expect(third.cursor).toBeUndefined();
  });

  test('the counts add up exactly when two instances write at once', async () => {
    const [here, there] = [createDeliveryLog(storage.tables), createDeliveryLog(storage.tables)];
    const outcomes = ['delivered', 'expired', 'dead', 'disabled', 'retrying'] as const;
    const writes = Array.from({ length: 150 }, (_, n) => (n % 2 === 0 ? here : there).record(entry(n, 1, { outcome: outcomes[n % 5] ?? 'dead' })));
    await Promise.all(writes);
    expect(await here.counts('sub_a')).toMatchObject({ attempts: 150, delivered: 30, expired: 30, dead: 30, disabled: 30 });
    expect((await there.page('sub_a', { limit: 1000 })).entries).toHaveLength(150);
  });

  test('the same entry twice is one, in the same instance or after a crash, alone or among others', async () => {
    const before = createDeliveryLog(storage.tables);
    await Promise.all([before.record(entry(1, 1)), before.record(entry(1, 1))]);
    const after = createDeliveryLog(storage.tables);
    const counts = await Promise.all([after.record(entry(1, 1)), after.record(entry(2, 1)), after.record(entry(3, 1)), after.record(entry(2, 1))]);
    expect(counts.at(-1)).toMatchObject({ attempts: 3, delivered: 3 });
    expect((await after.page('sub_a', { limit: 10 })).entries).toHaveLength(3);
  });

  test('more than one transaction holds, at once', async () => {
    const log = createDeliveryLog(storage.tables);
    await Promise.all(Array.from({ length: 250 }, (_, n) => log.record(entry(n, 1))));
    expect(await log.counts('sub_a')).toMatchObject({ attempts: 250, delivered: 250 });
  });

  test('tells the latest of each delivery since a moment', async () => {
    const log = createDeliveryLog(storage.tables);
    await log.record(entry(1, 1, { outcome: 'dead' }));
    await log.record(entry(2, 1, { outcome: 'retrying' }));
    await log.record(entry(2, 2));
    await log.record(entry(3, 1, { outcome: 'dead' }));
    const latest = await log.latestSince('sub_a', ringStartMs + 2000);
    expect([...latest.values()].map(({ eventId, outcome }) => [eventId, outcome])).toEqual([
      ['call-3-completed', 'dead'],
      ['call-2-completed', 'delivered'],
    ]);
  });

  test('one subscription’s are not another’s', async () => {
    const log = createDeliveryLog(storage.tables);
    await log.record(entry(1, 1));
    expect(await log.counts('sub_b')).toEqual(noDeliveries);
    expect(await log.page('sub_b', { limit: 10 })).toEqual({ entries: [] });
  });

  test('keeps since when a subscriber fails', async () => {
    const log = createDeliveryLog(storage.tables);
    await log.record(entry(1, 1, { outcome: 'retrying', atMs: 1000 }));
    await log.record(entry(1, 2, { outcome: 'dead', atMs: 2000 }));
    expect(await createDeliveryLog(storage.tables).counts('sub_a')).toMatchObject({ failuresInRow: 2, failingSinceMs: 1000 });
    await log.record(entry(2, 1, { atMs: 3000 }));
    expect(await createDeliveryLog(storage.tables).counts('sub_a')).toEqual({ ...noDeliveries, attempts: 3, dead: 1, delivered: 1, lastDeliveredMs: 3000 });
  });
});

describe('the order of a call’s events', () => {
  const started = toDeliveredEvent(callEvent('started'));
  const completed = toDeliveredEvent(callEvent('completed'));
  const many = Array.from({ length: 120 }, (_, n) => `sub_${n}`);

  test('an event is pending with each of many subscribers', async () => {
    const order = createDeliveryOrder(storage.tables);
    await order.open(started, many);
    for (const id of ['sub_0', 'sub_11', 'sub_119']) {
      expect(await order.read(started.subject, id)).toEqual([
        { eventId: started.id, type: started.type, sequence: started.sequence, timeMs: started.timeMs, expiryTimeMs: started.expiryTimeMs, round: 0, state: 'pending', attempt: 0 },
      ]);
    }
  });

  test('a subscriber’s id that begins another’s does not see the other’s', async () => {
    const order = createDeliveryOrder(storage.tables);
    await order.open(started, ['sub_1', 'sub_11']);
    expect(await order.read(started.subject, 'sub_1')).toHaveLength(1);
  });

  test('what a delivery has marked stays when the fan-out runs again', async () => {
    const order = createDeliveryOrder(storage.tables);
    await order.open(started, ['sub_1']);
    await order.mark(started, 'sub_1', { round: 0, state: 'settled', attempt: 2 });
    await order.open(started, ['sub_1', 'sub_2']);
    expect(await order.read(started.subject, 'sub_1')).toMatchObject([{ state: 'settled', attempt: 2 }]);
    expect(await order.read(started.subject, 'sub_2')).toMatchObject([{ state: 'pending', attempt: 0 }]);
  });

  test('a new round begins again', async () => {
    const order = createDeliveryOrder(storage.tables);
    await order.open(completed, ['sub_1']);
    await order.mark(completed, 'sub_1', { round: 0, state: 'settled', attempt: 15 });
    await order.reopen(completed, 'sub_1', ringStartMs);
    expect(await order.read(completed.subject, 'sub_1')).toMatchObject([{ round: ringStartMs, state: 'pending', attempt: 0 }]);
  });

  test('an event of an account, whose address is no key, has its place as well', async () => {
    const order = createDeliveryOrder(storage.tables);
    const gap = toDeliveredEvent(sampleGapEvent({ subject: 'sip:a/b#c?d@contoso.com' }));
    await order.open(gap, ['sub_1']);
    expect(await order.read(gap.subject, 'sub_1')).toMatchObject([{ eventId: 'gap-1' }]);
  });
});

describe('the archive of events', () => {
  const at = (call: number, hours: number) => callEvent('completed', { call, timeMs: ringStartMs + hours * hourMs });

  test('gives an event back as it was, also a large one', async () => {
    const archive = createDeliveryArchive(storage.tables);
    const large = callEvent('started', { data: { media: { customContent: 'ü📞'.repeat(30_000) } } });
    await archive.keep(large);
    await archive.keep(large);
    expect(await archive.find(large)).toEqual(large);
    expect(await archive.find(at(9, 0))).toBeUndefined();
  });

  test('lists since a moment, oldest first', async () => {
    const archive = createDeliveryArchive(storage.tables);
    for (const event of [at(3, 30), at(1, 0), at(2, 1.5), at(4, 1)]) await archive.keep(event);
    const found = [];
    for await (const { id } of archive.since(ringStartMs + hourMs)) found.push(id);
    expect(found).toEqual(['call-4-completed', 'call-2-completed', 'call-3-completed']);
  });

  test('the erasure of a person forgets whoever is to be erased, and nobody else', async () => {
    const archive = createDeliveryArchive(storage.tables);
    await archive.keep(at(1, 0));
    await archive.keep(callEvent('started', { call: 2, data: { from: { uri: 'sip:Bob@Fabrikam.com' } } }));
    await archive.keep(callEvent('started', { call: 3, data: { forwardedBy: { uri: 'sip:bob@fabrikam.com' } } }));
    await archive.keep(callEvent('started', { call: 4, data: { from: { uri: 'sip:bob@fabrikam.com.example' } } }));
    expect(await erasePerson(storage.tables, 'sip:bob@fabrikam.com')).toBe(2);
    const left = [];
    for await (const { subject } of archive.since(0)) left.push(subject);
    expect(left.sort()).toEqual(['call-1', 'call-4']);
  });
});

test('retention deletes what is older, in every table, and keeps the counts', async () => {
  const [log, order, archive] = [createDeliveryLog(storage.tables), createDeliveryOrder(storage.tables), createDeliveryArchive(storage.tables)];
  for (const hours of [0, 48]) {
    const event = callEvent('completed', { call: hours, timeMs: ringStartMs + hours * hourMs });
    await archive.keep(event);
    await order.open(toDeliveredEvent(event), Array.from({ length: 101 }, (_, n) => `sub_${n}`));
    await log.record(entry(hours, 1, { deliveryId: deliveryIdOf(event), atMs: event.timeMs }));
  }
  expect(await sweepDeliveries(storage.tables, ringStartMs + 24 * hourMs)).toBe(103);
  expect(await sweepDeliveries(storage.tables, ringStartMs + 24 * hourMs)).toBe(0);
  expect(await log.page('sub_a', { limit: 10 })).toMatchObject({ entries: [{ eventId: 'call-48-completed' }] });
  expect(await log.counts('sub_a')).toMatchObject({ attempts: 2 });
  expect(await order.read('call-0', 'sub_1')).toEqual([]);
  expect(await order.read('call-48', 'sub_1')).toHaveLength(1);
});

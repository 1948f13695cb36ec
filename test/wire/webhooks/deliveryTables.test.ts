import type { TableClient } from '@azure/data-tables';
import { erasePerson } from '../../../shared/storage/erasePerson';
import { createDeliveryArchive } from '../../../shared/storage/deliveryArchive';
import { createDeliveryJournal } from '../../../shared/storage/deliveryJournal';
import { sweepDeliveries } from '../../../shared/storage/deliveryRetention';
import type { TableName, Tables } from '../../../shared/storage/tables';
import { noDeliveries } from '../../../shared/webhooks/deliveryCounts';
import { deliveryIdOf, type DeliveredEvent } from '../../../shared/webhooks/deliveryMessage';
import { toDeliveredEvent } from '../../../shared/webhooks/fanOut';
import type { DeliveryLogEntry } from '../../../shared/webhooks/ports';
import { sampleGapEvent } from '../../support/sampleEvents';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const hourMs = 3_600_000;

let storage: TestTables;
beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
afterEach(() => storage.empty('deliveries', 'deliveryOrder', 'deliveryEvents', 'subscriptions'));

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
  test('gives entries back as they were, the latest first, also those that were recorded together', async () => {
    const log = createDeliveryJournal(storage.tables);
    const entries = [
      entry(1, 1, {
        outcome: 'retrying',
        status: 500,
        reason: 'responded 500',
        response: 'ü'.repeat(4096),
        nextAtMs: ringStartMs + 9000.5,
      }),
      entry(2, 1, { outcome: 'dead', status: 404, reason: 'responded 404' }),
      entry(1, 2, { atMs: ringStartMs + 9001.5 }),
      entry(1, 1, {
        round: ringStartMs + 500_000,
        atMs: ringStartMs + 500_001,
        outcome: 'expired',
        attempted: false,
        reason: 'the ring is over',
      }),
    ];
    for (const one of entries) await log.write(one);
    expect(await log.page('sub_a', { limit: 10 })).toEqual({ entries: entries.toReversed() });
    await Promise.all(entries.map((one) => log.write({ ...one, subscriptionId: 'sub_b' })));
    expect(await log.page('sub_b', { limit: 10 })).toEqual({
      entries: entries.toReversed().map((one) => ({ ...one, subscriptionId: 'sub_b' })),
    });
  });

  test('pages through, whatever is written meanwhile', async () => {
    const log = createDeliveryJournal(storage.tables);
    for (let call = 1; call <= 5; call += 1) await log.write(entry(call, 1));
    const first = await log.page('sub_a', { limit: 2 });
    await log.write(entry(6, 1));
    const second = await log.page('sub_a', { limit: 2, cursor: first.cursor ?? '' });
    const third = await log.page('sub_a', { limit: 2, cursor: second.cursor ?? '' });
    expect([first, second, third].map(({ entries }) => entries.map(({ eventId }) => eventId))).toEqual([
      ['call-5-completed', 'call-4-completed'],
      ['call-3-completed', 'call-2-completed'],
      ['call-1-completed'],
    ]);
    expect(third.cursor).toBeUndefined();
  });

  test.each([
    ['share a counts row', 3],
    ['have each their own', 4],
  ])('the counts add up exactly when two instances that %s write at once', async (_case, stripe) => {
    const [here, there] = [
      createDeliveryJournal(storage.tables, { stripe: 3 }),
      createDeliveryJournal(storage.tables, { stripe }),
    ];
    const outcomes = ['delivered', 'expired', 'dead', 'disabled', 'retrying'] as const;
    const writes = Array.from({ length: 150 }, (_, n) =>
      (n % 2 === 0 ? here : there).write(entry(n, 1, { outcome: outcomes[n % 5] ?? 'dead' })),
    );
    await Promise.all(writes);
    expect(await here.counts('sub_a')).toMatchObject({
      attempts: 150,
      delivered: 30,
      expired: 30,
      dead: 30,
      disabled: 30,
    });
    expect((await there.page('sub_a', { limit: 1000 })).entries).toHaveLength(150);
  });

  test('what was written is recognised when its answer was lost', async () => {
    const log = createDeliveryJournal(await losingAnswers(storage.tables));
    await log.write(entry(1, 1));
    await log.write(entry(2, 1));
    expect(await log.counts('sub_a')).toMatchObject({ attempts: 2, delivered: 2 });
    expect((await log.page('sub_a', { limit: 10 })).entries).toHaveLength(2);
  });

  test('reads its counts once, as long as no one else writes them', async () => {
    let reads = 0;
    const counting = await withMethod(storage.tables, 'deliveries', 'getEntity', (get) => {
      return (...key) => {
        reads += 1;
        return get(...key);
      };
    });
    const log = createDeliveryJournal(counting);
    for (let call = 1; call <= 3; call += 1) await log.write(entry(call, 1));
    expect(reads).toBe(1);
  });

  test('pages through what was recorded together, among the attempts of others', async () => {
    const log = createDeliveryJournal(storage.tables);
    const neighbour = 'sub_b';
    await Promise.all(
      Array.from({ length: 9 }, (_, n) => log.write(entry(n, 1, n % 2 === 0 ? {} : { subscriptionId: neighbour }))),
    );
    const pages: string[][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Awaited<ReturnType<typeof log.page>> = await log.page('sub_a', {
        limit: 2,
        ...(cursor !== '' && { cursor }),
      });
      pages.push(page.entries.map(({ eventId }) => eventId));
      cursor = page.cursor;
    }
    expect(pages).toEqual([
      ['call-8-completed', 'call-6-completed'],
      ['call-4-completed', 'call-2-completed'],
      ['call-0-completed'],
    ]);
    expect((await log.page(neighbour, { limit: 10 })).entries).toHaveLength(4);
  });

  test.each(['d|1|2', 'o|x#1', `d|${'1'.repeat(13)}|a' or 'b#1`])('refuses %p as a cursor', async (place) => {
    await expect(
      createDeliveryJournal(storage.tables).page('sub_a', {
        limit: 1,
        cursor: Buffer.from(place).toString('base64url'),
      }),
    ).rejects.toMatchObject({ code: 'requestInvalid' });
  });

  test('answers of the largest size, recorded together, fit', async () => {
    const log = createDeliveryJournal(storage.tables);
    const response = '\u{1f4de}'.repeat(1024);
    await Promise.all(Array.from({ length: 64 }, (_, n) => log.write(entry(n, 1, { outcome: 'dead', response }))));
    expect((await log.page('sub_a', { limit: 100 })).entries.map((one) => one.response)).toEqual(
      Array.from({ length: 64 }, () => response),
    );
  });

  test('more than one transaction holds, at once', async () => {
    const log = createDeliveryJournal(storage.tables);
    await Promise.all(Array.from({ length: 250 }, (_, n) => log.write(entry(n, 1))));
    expect(await log.counts('sub_a')).toMatchObject({ attempts: 250, delivered: 250 });
  });

  test('tells the latest of each delivery since a moment', async () => {
    const log = createDeliveryJournal(storage.tables);
    await log.write(entry(1, 1, { outcome: 'dead' }));
    await log.write(entry(2, 1, { outcome: 'retrying' }));
    await log.write(entry(2, 2));
    await log.write(entry(3, 1, { outcome: 'dead' }));
    const latest = await log.latestSince('sub_a', ringStartMs + 2000);
    expect(Object.fromEntries([...latest.values()].map(({ eventId, outcome }) => [eventId, outcome]))).toEqual({
      'call-3-completed': 'dead',
      'call-2-completed': 'delivered',
    });
  });

  test('one subscription’s are not another’s', async () => {
    const log = createDeliveryJournal(storage.tables);
    await log.write(entry(1, 1));
    expect(await log.counts('sub_b')).toEqual(noDeliveries);
    expect(await log.page('sub_b', { limit: 10 })).toEqual({ entries: [] });
  });

  test('keeps since when a subscriber fails', async () => {
    const log = createDeliveryJournal(storage.tables);
    await log.write(entry(1, 1, { outcome: 'retrying', atMs: 1000 }));
    await log.write(entry(1, 2, { outcome: 'dead', atMs: 2000 }));
    expect(await createDeliveryJournal(storage.tables).counts('sub_a')).toMatchObject({
      failuresInRow: 2,
      failingSinceMs: 1000,
    });
    await log.write(entry(2, 1, { atMs: 3000 }));
    expect(await createDeliveryJournal(storage.tables).counts('sub_a')).toEqual({
      ...noDeliveries,
      attempts: 3,
      dead: 1,
      delivered: 1,
      lastDeliveredMs: 3000,
    });
  });

  test('the erasure of a person takes the deliveries of their calls and the answers that name them, and leaves the others', async () => {
    const log = createDeliveryJournal(storage.tables);
    await createDeliveryArchive(storage.tables).keep(callEvent('started'));
    const history = await storage.tables.client('invitationHistory');
    await history.createEntity({ partitionKey: 'call-1', rowKey: '1', from: 'sip:bob@fabrikam.com' });
    await log.open(toDeliveredEvent(callEvent('started', { call: 1 })), ['sub_a', 'sub_b']);
    await Promise.all([
      log.write(entry(1, 1)),
      log.write(entry(2, 1, { response: 'who is sip:Bob@fabrikam.com?' })),
      log.write(entry(3, 1)),
    ]);
    await erasePerson(storage.tables, 'sip:bob@fabrikam.com');
    expect((await log.page('sub_a', { limit: 10 })).entries.map(({ subject }) => subject)).toEqual(['call-3']);
    expect((await log.read('call-1'))('sub_a')).toEqual([]);
    expect((await log.read('call-3'))('sub_a')).toEqual([]);
    expect(await log.counts('sub_a')).toMatchObject({ attempts: 3 });
    await storage.empty('invitationHistory');
  });
});

/** An attempt at an event, delivered unless told otherwise. */
function ended(
  { id, type, subject, timeMs }: DeliveredEvent,
  attempt: number,
  changes: Partial<DeliveryLogEntry> = {},
): DeliveryLogEntry {
  return {
    ...entry(1, attempt),
    subscriptionId: 'sub_1',
    deliveryId: deliveryIdOf({ id, timeMs }),
    eventId: id,
    type,
    subject,
    ...changes,
  };
}

/** The tables, but for one method of one’s client. */
async function withMethod<Name extends 'submitTransaction' | 'getEntity'>(
  tables: Tables,
  of: TableName,
  name: Name,
  change: (method: TableClient[Name]) => TableClient[Name],
): Promise<Tables> {
  const table = await tables.client(of);
  const changed = new Proxy(table, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      const bound: unknown = typeof value === 'function' ? value.bind(target) : value;
      return property === name ? change(bound as TableClient[Name]) : bound;
    },
  });
  return { client: (asked) => (asked === of ? Promise.resolve(changed) : tables.client(asked)) };
}

/** Tables that do what they are asked in a transaction, and then answer that the row was changed by someone else: as after a repeat by the SDK. */
function losingAnswers(tables: Tables): Promise<Tables> {
  return withMethod(tables, 'deliveries', 'submitTransaction', (submit) => async (actions) => {
    await submit(actions);
    throw Object.assign(new Error('the row was changed'), { statusCode: 412 });
  });
}

/** Those of processes. */
async function orderRows() {
  const rows = [];
  for await (const row of (await storage.tables.client('deliveryOrder')).listEntities())
    if (row.rowKey?.startsWith('p|') === true) rows.push(row);
  return rows;
}

describe('the order of a call’s events', () => {
  const started = toDeliveredEvent(callEvent('started'));
  const completed = toDeliveredEvent(callEvent('completed'));
  const many = Array.from({ length: 120 }, (_, n) => `sub_${n}`);

  test('an event is pending with each of many subscribers', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(started, many);
    for (const id of ['sub_0', 'sub_11', 'sub_119']) {
      expect((await order.read(started.subject))(id)).toEqual([
        {
          eventId: started.id,
          type: started.type,
          sequence: started.sequence,
          timeMs: started.timeMs,
          expiryTimeMs: started.expiryTimeMs,
          round: 0,
          state: 'pending',
          attempt: 0,
        },
      ]);
    }
  });

  test.each([
    [
      'one that is to be made again',
      { attempt: 3, outcome: 'retrying', nextAtMs: ringStartMs + 700 },
      { state: 'pending', attempt: 3, nextAtMs: ringStartMs + 700 },
    ],
    ['the last one', { attempt: 3, outcome: 'dead' }, { state: 'settled', attempt: 3 }],
    ['none, but an end', { attempt: 3, attempted: false, outcome: 'expired' }, { state: 'settled', attempt: 2 }],
  ] as const)('an attempt and what follows are one: %s', async (_case, changes, expected) => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(started, ['sub_1']);
    await order.advance(ended(started, 1, { outcome: 'retrying', nextAtMs: ringStartMs + 300 }));
    await order.advance(ended(started, 2, { outcome: 'retrying', nextAtMs: ringStartMs + 500 }));
    await order.advance(ended(started, changes.attempt, changes));
    const [row] = (await order.read(started.subject))('sub_1');
    expect(row).toMatchObject(expected);
    expect(row?.nextAtMs).toBe('nextAtMs' in expected ? expected.nextAtMs : undefined);
  });

  test('more steps of a call than a text holds, of two instances: a row each', async () => {
    const [here, there] = [createDeliveryJournal(storage.tables), createDeliveryJournal(storage.tables)];
    const ids = Array.from({ length: 300 }, (_, n) => `sub_${n}`);
    await here.open(started, ids);
    await Promise.all(
      ids.map((subscriptionId, n) => (n % 3 === 0 ? there : here).advance(ended(started, 1, { subscriptionId }))),
    );
    for (const id of ['sub_0', 'sub_1', 'sub_150', 'sub_299'])
      expect((await here.read(started.subject))(id)).toMatchObject([{ state: 'settled', attempt: 1 }]);
    expect(await orderRows()).toHaveLength(2);
  });

  test('that an end may be on its way stays noted, whatever becomes of it', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(completed, ['sub_1', 'sub_2']);
    await order.begin(completed, 'sub_1');
    await order.advance(ended(completed, 1, { outcome: 'retrying', nextAtMs: ringStartMs }));
    expect((await order.read(completed.subject))('sub_1')).toMatchObject([{ begun: true, attempt: 1 }]);
    expect((await order.read(completed.subject))('sub_2')[0]?.begun).toBeUndefined();
  });

  test('a subscriber’s id that begins another’s does not see the other’s', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(started, ['sub_1', 'sub_11']);
    expect((await order.read(started.subject))('sub_1')).toHaveLength(1);
  });

  test('what a delivery has marked stays when the fan-out runs again', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(started, ['sub_1']);
    await order.advance(ended(started, 2));
    await order.open(started, ['sub_1', 'sub_2']);
    expect((await order.read(started.subject))('sub_1')).toMatchObject([{ state: 'settled', attempt: 2 }]);
    expect((await order.read(started.subject))('sub_2')).toMatchObject([{ state: 'pending', attempt: 0 }]);
  });

  test('a new round begins again', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(completed, ['sub_1']);
    await order.advance(ended(completed, 15));
    await order.reopen(completed, 'sub_1', ringStartMs);
    expect((await order.read(completed.subject))('sub_1')).toMatchObject([
      { round: ringStartMs, state: 'pending', attempt: 0 },
    ]);
  });

  test('a new round of one changes nothing for the others, also when the fan-out runs again', async () => {
    const order = createDeliveryJournal(storage.tables);
    await order.open(completed, ['sub_1', 'sub_2']);
    await order.reopen(completed, 'sub_1', ringStartMs);
    await order.open(completed, ['sub_1', 'sub_2']);
    expect((await order.read(completed.subject))('sub_1')).toMatchObject([{ round: ringStartMs }]);
    expect((await order.read(completed.subject))('sub_2')).toMatchObject([{ round: 0, state: 'pending' }]);
  });

  describe('tells whether an event begins its call', () => {
    const updated = toDeliveredEvent(callEvent('updated'));

    test.each([
      ['its beginning comes first', [], true],
      ['something without an end came before', [updated], true],
      ['the end came before', [completed], false],
      ['the beginning was noted before', [started], false],
    ])('%s', async (_case, before, begins) => {
      const order = createDeliveryJournal(storage.tables);
      for (const event of before) await order.open(event, ['sub_1', 'sub_2']);
      expect(await order.open(started, ['sub_1', 'sub_2'])).toBe(begins);
      expect((await order.read(started.subject))('sub_1')).toContainEqual(
        expect.objectContaining({ eventId: started.id, state: 'pending' }),
      );
    });

    test('no event but the beginning does', async () => {
      const order = createDeliveryJournal(storage.tables);
      expect(await order.open(updated, ['sub_1'])).toBe(false);
      expect(await order.open(completed, ['sub_1'])).toBe(false);
    });

    test('at the same moment as the end: then the end will see it', async () => {
      const order = createDeliveryJournal(storage.tables);
      const [begins] = await Promise.all([order.open(started, ['sub_1']), order.open(completed, ['sub_1'])]);
      expect(begins).toBe(true);
      expect(
        (await order.read(started.subject))('sub_1')
          .map(({ eventId }) => eventId)
          .sort(),
      ).toEqual([completed.id, started.id].sort());
    });
  });

  test('a fan-out that runs again without one of them does not forget it', async () => {
    const order = createDeliveryJournal(storage.tables);
    const [one, two] = ['sub_1', 'sub_2'];
    await order.open(started, [one, two]);
    await order.advance(ended(started, 1));
    await order.open(started, [two]);
    expect((await order.read(started.subject))(one)).toMatchObject([{ state: 'settled' }]);
    expect((await order.read(started.subject))(two)).toMatchObject([{ state: 'pending' }]);
  });

  test('more subscribers than a transaction holds', async () => {
    const order = createDeliveryJournal(storage.tables);
    const thousands = Array.from({ length: 60_000 }, (_, n) => `sub_${String(n).padStart(22, '0')}`);
    expect(await order.open(started, thousands)).toBe(true);
    for (const n of [0, 25_000, 59_999])
      expect((await order.read(started.subject))(thousands[n] ?? '')).toHaveLength(1);
    expect((await orderRows()).length).toBeGreaterThan(4);
  });

  describe('an account, of which a process may tell for weeks', () => {
    const gapAt = (timeMs: number) => toDeliveredEvent(sampleGapEvent({ id: `gap-${timeMs}`, timeMs }));

    test('a row has fewer than the 252 properties that the tables take', async () => {
      const order = createDeliveryJournal(storage.tables);
      const gaps = Array.from({ length: 300 }, (_, n) => gapAt(ringStartMs + n));
      for (const gap of gaps) await order.open(gap, ['sub_1']);
      expect(gaps[0] && (await order.read(gaps[0].subject))('sub_1')).toHaveLength(300);
      expect((await orderRows()).map((row) => Object.keys(row).length).filter((count) => count >= 252)).toEqual([]);
    });

    test('a row that the tables do not take more for is left', async () => {
      const openings = new Map<unknown, number>();
      const full = await withMethod(
        storage.tables,
        'deliveryOrder',
        'submitTransaction',
        (submit) => async (actions) => {
          for (const [, { rowKey }] of actions) openings.set(rowKey, (openings.get(rowKey) ?? 0) + 1);
          if ([...openings.values()].some((count) => count === 4))
            throw Object.assign(new Error('too many properties'), { statusCode: 400 });
          return submit(actions);
        },
      );
      const order = createDeliveryJournal(full);
      for (let n = 0; n < 3; n += 1) await order.open(gapAt(ringStartMs + n), ['sub_1']);
      await expect(order.open(gapAt(ringStartMs + 3), ['sub_1'])).rejects.toMatchObject({ code: 'storageUnavailable' });
      openings.clear();
      await order.open(gapAt(ringStartMs + 3), ['sub_1']);
      expect((await order.read(gapAt(0).subject))('sub_1')).toHaveLength(4);
      expect(await orderRows()).toHaveLength(2);
    });

    test('retention deletes what is older', async () => {
      const order = createDeliveryJournal(storage.tables);
      const days = [0, 20, 40].map((day) => ringStartMs + day * 24 * hourMs);
      for (const timeMs of days) await order.open(gapAt(timeMs), ['sub_1']);
      await sweepDeliveries(storage.tables, ringStartMs + 30 * 24 * hourMs);
      expect((await order.read(gapAt(0).subject))('sub_1').map(({ timeMs }) => timeMs)).toEqual(days.slice(2));
    });
  });

  test('an event of an account, whose address is no key, has its place as well', async () => {
    const order = createDeliveryJournal(storage.tables);
    const gap = toDeliveredEvent(sampleGapEvent({ subject: 'sip:a/b#c?d@contoso.com' }));
    await order.open(gap, ['sub_1']);
    expect((await order.read(gap.subject))('sub_1')).toMatchObject([{ eventId: 'gap-1' }]);
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

test('retention deletes what is older, in every table, and keeps the counts of who is subscribed', async () => {
  const [log, order, archive] = [
    createDeliveryJournal(storage.tables),
    createDeliveryJournal(storage.tables),
    createDeliveryArchive(storage.tables),
  ];
  const subscriptions = await storage.tables.client('subscriptions');
  await subscriptions.createEntity({ partitionKey: 'subscriptions', rowKey: 'sub_a' });
  await log.write(entry(48, 1, { subscriptionId: 'sub_gone' }));
  for (const hours of [0, 48]) {
    const event = callEvent('completed', { call: hours, timeMs: ringStartMs + hours * hourMs });
    await archive.keep(event);
    await order.open(
      toDeliveredEvent(event),
      Array.from({ length: 101 }, (_, n) => `sub_${n}`),
    );
    const ended = entry(hours, 1, { deliveryId: deliveryIdOf(event), atMs: event.timeMs });
    await log.write(ended);
    await order.advance(ended);
  }
  expect(await sweepDeliveries(storage.tables, ringStartMs + 24 * hourMs)).toBe(5);
  expect(await sweepDeliveries(storage.tables, ringStartMs + 24 * hourMs)).toBe(0);
  expect(await log.page('sub_a', { limit: 10 })).toMatchObject({ entries: [{ eventId: 'call-48-completed' }] });
  expect(await log.counts('sub_a')).toMatchObject({ attempts: 2 });
  expect(await log.counts('sub_gone')).toEqual(noDeliveries);
  expect((await order.read('call-0'))('sub_1')).toEqual([]);
  expect((await order.read('call-48'))('sub_1')).toHaveLength(1);
});

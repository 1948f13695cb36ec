import { RelayError } from '../../../../shared/errors/relayError';
import type { DeliveryResult } from '../../../../shared/invitations/record/deliveryResult';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { FAILURES_TO_OPEN } from '../../../../shared/webhooks/delivery/deliveryPolicy';
import { createDeliveryEngine, never, responded } from '../../../support/deliveryEngine';
import { sampleContextEvent, sampleInvitationEvent } from '../../../support/sampleEvents';
import { sampleSubscription } from '../../../support/sampleSubscription';

const started = sampleInvitationEvent(1);
const { expiryTimeMs: _expiryTimeMs, ...ended } = sampleInvitationEvent(2);
const completed: RelayEvent = {
  ...ended,
  type: 'ucwa.audioVideoInvitation.completed',
  data: { ...ended.data, event: 'completed' },
};
const result = (changes: Partial<DeliveryResult>): DeliveryResult => ({
  subscriptionId: 'sub_a',
  outcome: 'delivered',
  attempted: true,
  durationMs: 1,
  ...changes,
});
const redelivered = { deliveryCount: 2 };
const kinds = (sent: readonly { readonly message: { readonly kind: string } }[]) =>
  sent.map(({ message }) => message.kind);

it('records the event, sends it and records the results', async () => {
  const { deliverEvent, world } = createDeliveryEngine();
  expect(await deliverEvent(started, { enqueuedAtMs: 5 })).toBe(1);
  expect(world.posts).toEqual(['event-1 to sub_a']);
  const [recorded] = world.records.events();
  expect(recorded).toMatchObject({ enqueuedAtMs: 5, results: [{ subscriptionId: 'sub_a', outcome: 'delivered' }] });
  expect(world.records.indexed()).toMatchObject([{ startedAtMs: started.timeMs }]);
  expect([world.sent, world.records.deliveries()]).toEqual([[], []]);
});

it('sends one message for each subscriber that failed, and lists its delivery', async () => {
  const subscriptions = ['sub_a', 'sub_b'].map((id) => sampleSubscription({ id }));
  const { deliverEvent, world } = createDeliveryEngine({ subscriptions });
  world.respond = () => Promise.resolve(responded(world.posts.length === 1 ? 500 : 200));
  await deliverEvent(started);
  expect(world.sent).toMatchObject([{ message: { kind: 'attempt', subscriptionId: 'sub_a', attempt: 2, moves: 0 } }]);
  expect(world.records.deliveries()).toMatchObject([
    { subscriptionId: 'sub_a', outcome: 'retrying', response: 'body' },
  ]);
});

it.each([
  ['paused', { state: { name: 'paused', atMs: 1 } }],
  ['filtered', { filters: { types: ['ucwa.other'] } }],
  ['of a format that shows nothing of it', { format: 'teams' }],
] as const)('sends nothing to a subscription that is %s, and writes no results', async (_title, changes) => {
  const { deliverEvent, world } = createDeliveryEngine({
    subscriptions: [sampleSubscription(changes as Parameters<typeof sampleSubscription>[0])],
  });
  expect(await deliverEvent(completed)).toBe(0);
  expect(world.posts).toEqual([]);
  expect(world.records.events()[0]).not.toHaveProperty('results');
});

it('says nothing about a subscription to itself', async () => {
  const { deliverEvent, world } = createDeliveryEngine({
    subscriptions: ['sub_a', 'sub_b'].map((id) => sampleSubscription({ id, filters: { types: ['ucwa.*'] } })),
  });
  await deliverEvent({ ...ended, type: 'ucwa.subscription.failing', subject: 'sub_a', data: {} });
  expect(world.posts).toEqual(['event-2 to sub_b']);
});

describe('a delivery that an open circuit refuses', () => {
  it.each([
    ['soon tried', 0, []],
    ['tried after more than five minutes', 400_000, [{ outcome: 'retrying', attempted: false }]],
  ])('and that is %s', async (_title, failingForMs, rows) => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    const policy = world.policies(sampleSubscription());
    const fail = async () => {
      const permit = await policy.acquire(Infinity);
      if (permit.admitted) permit.release({ class: 'failed', reason: 'responded 500', retryAfterMs: undefined });
    };
    for (let failures = 0; failures < FAILURES_TO_OPEN; failures += 1) await fail();
    await clock.advance(failingForMs);
    await fail();
    const done = { ...completed, timeMs: clock.now() };
    await deliverEvent(done);
    const [{ message, atMs } = { message: undefined, atMs: undefined }] = world.sent;
    expect(world.records.events()).toMatchObject([{ results: [{ outcome: 'retrying', nextAtMs: atMs }] }]);
    expect(message).toMatchObject({ attempt: 1, moves: 1, dueOnRecordMs: rows.length === 0 ? clock.now() : atMs });
    expect(world.records.deliveries()).toMatchObject(rows);
  });
});

describe('a subscription that takes longer, or has a rate,', () => {
  it.each([
    ['gets a message that is due at once', { timeoutSeconds: 12 }, 0, { attempt: 1, moves: 0 }],
    ['gets a message for its next free time', { maxPerMinute: 60 }, 4_000, { attempt: 1, moves: 0, isPaced: true }],
  ])('%s', async (_title, changes, waitMs, message) => {
    const { deliverEvent, world } = createDeliveryEngine({ subscriptions: [sampleSubscription(changes)] });
    world.freeAtMs = world.clock.now() + waitMs;
    await deliverEvent(started);
    expect(world.sent).toMatchObject([{ message, atMs: world.clock.now() + waitMs }]);
    expect([world.posts, world.records.deliveries()]).toEqual([[], []]);
  });

  it('misses a ring that ends before its free time', async () => {
    const { deliverEvent, world } = createDeliveryEngine({ subscriptions: [sampleSubscription({ maxPerMinute: 1 })] });
    world.freeAtMs = world.clock.now() + 60_000;
    await deliverEvent(started);
    expect(world.sent).toEqual([]);
    expect(world.records.deliveries()).toMatchObject([{ outcome: 'expired' }]);
  });
});

describe('an event that the bus gives out again', () => {
  it.each([
    ['is not sent to those that have it', result({}), []],
    ['is not sent to those that will not get it', result({ outcome: 'dead', reason: 'x' }), []],
    ['has the message after a failure sent again', result({ outcome: 'retrying' }), [{ attempt: 2, moves: 0 }]],
    [
      'has the message after a refusal sent again',
      result({ outcome: 'retrying', attempted: false, reason: 'busy' }),
      [{ attempt: 1, moves: 1 }],
    ],
    [
      'has the message of a delivery that was handed over sent again',
      result({ outcome: 'retrying', attempted: false }),
      [{ attempt: 1, moves: 0 }],
    ],
    [
      'has the message of a subscription that has left sent again',
      result({ outcome: 'retrying', subscriptionId: 'sub_gone' }),
      [{ attempt: 2, subscriptionId: 'sub_gone' }],
    ],
  ])('%s', async (_title, known, messages) => {
    const { deliverEvent, world } = createDeliveryEngine({
      subscriptions: known.subscriptionId === 'sub_a' ? [sampleSubscription()] : [],
    });
    await world.records.insertEvent({ event: started, recordedAtMs: 1, results: [known] });
    await deliverEvent(started, redelivered);
    expect(world.posts).toEqual([]);
    expect(world.sent).toMatchObject(messages.map((message) => ({ message })));
    expect(world.records.events()[0]?.results).toEqual([known]);
  });

  it('lists what ended before with the time at which it ended', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    const ended = result({ outcome: 'dead', reason: 'responded 404', atMs: 7 });
    await world.records.insertEvent({ event: started, recordedAtMs: 1, results: [ended] });
    await deliverEvent(started, redelivered);
    expect(world.records.deliveries()).toMatchObject([{ outcome: 'dead', atMs: 7 }]);
  });

  it('is known by its age where the process stood still before it began', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    const recorded = [result({}), result({ subscriptionId: 'sub_b' })];
    await world.records.insertEvent({ event: completed, recordedAtMs: 1, results: recorded });
    await clock.stall(20_000);
    await clock.advanceUntil(deliverEvent(completed));
    expect([world.posts, world.records.events()[0]?.results]).toEqual([[], recorded]);
  });

  it('is sent to those that have no result yet, beside the results of others', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    await world.records.insertEvent({
      event: started,
      recordedAtMs: 1,
      results: [result({ subscriptionId: 'sub_b' })],
    });
    await deliverEvent(started, redelivered);
    expect(world.posts).toEqual(['event-1 to sub_a']);
    expect(world.records.events()[0]?.results).toMatchObject([
      { subscriptionId: 'sub_b' },
      { subscriptionId: 'sub_a' },
    ]);
  });

  it('is not sent when a newer snapshot is on record', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    await world.records.insertEvent({ event: completed, recordedAtMs: 1 });
    await deliverEvent(started, redelivered);
    expect(world.posts).toEqual([]);
  });
});

describe('while storage is away', () => {
  const away = () => Promise.reject(new RelayError('storageUnavailable', 'away'));

  it.each([
    ['rejects', { insertEvent: away, indexEvent: away }],
    ['does not respond', { insertEvent: () => never, indexEvent: () => never }],
    ['takes the event but not its results, which come later', { writeResults: away }],
  ])('and %s: the event is sent, and its record goes as a message', async (_title, storage) => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    world.storage = storage;
    world.respond = async () => {
      await clock.sleep(100);
      return responded(204);
    };
    await clock.advanceUntil(deliverEvent(started), 10);
    expect(world.posts).toEqual(['event-1 to sub_a']);
    expect(world.sent).toMatchObject([
      { message: { kind: 'record', tries: 1, results: [{ outcome: 'delivered' }] }, atMs: clock.now() + 30_000 },
    ]);
  });

  it('and does not respond: the first event of a call is sent at once', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    world.storage = { insertEvent: () => never };
    const done = deliverEvent(started);
    await clock.advance(0);
    expect(world.posts).toEqual(['event-1 to sub_a']);
    await clock.advance(12_000);
    await done;
  });

  it('the event itself goes as a message where subscriptions were never read, each time later', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    world.list = away;
    await deliverEvent(started);
    await deliverEvent(started, { tries: 1 });
    expect(world.sent).toMatchObject([
      { message: { kind: 'event', tries: 1 }, atMs: clock.now() + 5_000 },
      { message: { kind: 'event', tries: 2 }, atMs: clock.now() + 10_000 },
    ]);
  });
});

it('keeps the order of events where the list of an earlier one is read more slowly', async () => {
  const { deliverEvent, world } = createDeliveryEngine();
  let answer = (): void => undefined;
  const slow = new Promise<void>((resolve) => (answer = resolve)).then(() => world.subscriptions);
  const lists = [slow, Promise.resolve(world.subscriptions)];
  world.list = () => lists.shift() ?? never;
  const both = [deliverEvent(started), deliverEvent(completed)];
  await world.clock.advance(900);
  answer();
  await world.clock.advanceUntil(Promise.all(both));
  expect(world.posts).toEqual(['event-1 to sub_a', 'event-2 to sub_a']);
});

describe('two events of one response that the bus hands over in the other order', () => {
  const connected = { ...ended, id: 'connected', type: 'ucwa.call.connected', sequence: '000000000043-0000' };
  const over = { ...completed, id: 'over', sequence: '000000000043-0007' };
  /** Each request of storage takes 2 ms; the second event comes 0.3 ms after the first. */
  const deliverSwapped = async (first: RelayEvent, second: RelayEvent, usesContexts: boolean) => {
    const engine = createDeliveryEngine({ subscriptions: ['sub_a', 'sub_b'].map((id) => sampleSubscription({ id })) });
    const { deliverEvent, world, clock } = engine;
    await deliverEvent(started);
    world.posts.length = 0;
    world.usesContexts = usesContexts;
    const { records } = world;
    world.storage = {
      insertEvent: (recorded) => clock.sleep(2).then(() => records.insertEvent(recorded)),
      readContext: (id) => clock.sleep(2).then(() => records.readContext(id)),
    };
    const ended = [deliverEvent(first)];
    await clock.advance(0.3);
    ended.push(deliverEvent(second));
    await clock.advanceUntil(Promise.all(ended), 1);
    return world.posts;
  };
  const inOrder = ['connected to sub_a', 'connected to sub_b', 'over to sub_a', 'over to sub_b'];

  it.each([
    ['', false],
    [' where their contexts are read', true],
  ])('are sent in order of their sequence%s', async (_title, usesContexts) => {
    expect(await deliverSwapped(over, connected, usesContexts)).toEqual(inOrder);
  });
});

describe('the row of an event', () => {
  const withSlow = (ms: number) => {
    const engine = createDeliveryEngine({ subscriptions: ['sub_a', 'sub_b'].map((id) => sampleSubscription({ id })) });
    const { world, clock } = engine;
    const writes: string[] = [];
    const { records } = world;
    world.respond = async (_eventId, { id }) => {
      if (id === 'sub_b') await clock.sleep(ms);
      return responded(204);
    };
    world.storage = {
      insertEvent: (recorded) => {
        writes.push(`insert with ${String(recorded.results?.length ?? 'no')} results`);
        return records.insertEvent(recorded);
      },
      writeResults: (event, results) => {
        writes.push(`${results.length} results`);
        return records.writeResults(event, results);
      },
    };
    return { ...engine, writes };
  };

  it('is written once, with its results, where these are there within 50 ms', async () => {
    const { deliverEvent, clock, world, writes } = withSlow(49);
    await clock.advanceUntil(deliverEvent(started), 1);
    expect(writes).toEqual(['insert with 2 results']);
    expect(world.records.events()[0]?.results).toHaveLength(2);
  });

  it('does not wait longer for them', async () => {
    const { deliverEvent, clock, world, writes } = withSlow(1_000);
    const done = deliverEvent(started);
    await clock.advance(50);
    expect(writes).toEqual(['insert with no results']);
    expect(world.records.indexed()).toHaveLength(1);
    await clock.advanceUntil(done, 100);
    expect(writes).toEqual(['insert with no results', '2 results']);
  });

  it('is there before the first attempt where another process may handle an event of the call too', async () => {
    const { deliverEvent, clock, writes } = withSlow(0);
    await clock.advanceUntil(deliverEvent(completed));
    expect(writes).toEqual(['insert with no results', '2 results']);
  });
});

it('does not repeat a record that storage refused for good', async () => {
  const { deliverEvent, world } = createDeliveryEngine();
  world.storage = { insertEvent: () => Promise.reject(new RelayError('storageRefused', 'too large')) };
  await deliverEvent(started);
  expect([world.posts.length, world.sent.length, world.log.lines.length]).toEqual([1, 0, 1]);
});

it('rejects when the bus takes no message, so that the event is given out again', async () => {
  const { deliverEvent, world } = createDeliveryEngine();
  world.respond = () => Promise.resolve(responded(500));
  world.sent.push = () => {
    throw new RelayError('busUnavailable', 'away');
  };
  await expect(deliverEvent(started)).rejects.toMatchObject({ code: 'busUnavailable' });
});

describe('a message that the bus refuses for good', () => {
  const refusal = new RelayError('messageTooLarge', 'The message is larger than Service Bus takes.');
  const dead = {
    outcome: 'dead',
    reason: 'no further attempt: The message is larger than Service Bus takes. Before: responded 500',
  };
  const refusing = (subscriptions = ['sub_a', 'sub_b'].map((id) => sampleSubscription({ id }))) => {
    const engine = createDeliveryEngine({ subscriptions });
    engine.world.respond = () => Promise.resolve(responded(500));
    engine.world.refuse = ({ message }) =>
      message.kind === 'attempt' && message.subscriptionId === 'sub_a' ? refusal : undefined;
    return engine;
  };

  it('ends its delivery alone, with the reason', async () => {
    const { deliverEvent, world } = refusing();
    await deliverEvent(started);
    expect(world.sent).toMatchObject([{ message: { subscriptionId: 'sub_b', attempt: 2 } }]);
    const [recorded] = world.records.events();
    expect(recorded?.results).toMatchObject([
      { subscriptionId: 'sub_a', attempted: true, status: 500, ...dead },
      { subscriptionId: 'sub_b', outcome: 'retrying' },
    ]);
    expect(recorded?.results?.[0]).not.toHaveProperty('nextAtMs');
    expect(world.records.deliveries()).toMatchObject([{ subscriptionId: 'sub_a', ...dead }, { outcome: 'retrying' }]);
    expect(world.observed.at(-1)).toMatchObject({ attempt: { subscriptionId: 'sub_a' }, isLost: true });
  });

  it('ends a delivery that was handed over', async () => {
    const { deliverEvent, world } = refusing([sampleSubscription({ timeoutSeconds: 12 })]);
    await deliverEvent(started);
    expect(world.records.events()[0]?.results).toMatchObject([
      {
        outcome: 'dead',
        attempted: false,
        reason: 'no further attempt: The message is larger than Service Bus takes.',
      },
    ]);
  });

  it('ends a delivery whose event the bus gives out again', async () => {
    const { deliverEvent, world } = refusing();
    await world.records.insertEvent({
      event: started,
      recordedAtMs: 1,
      results: [result({ outcome: 'retrying', reason: 'responded 500' }), result({ subscriptionId: 'sub_b' })],
    });
    await deliverEvent(started, redelivered);
    expect(world.posts).toEqual([]);
    expect(world.records.events()[0]?.results).toMatchObject([dead, { outcome: 'delivered' }]);
  });

  it('is part of the record that goes as a message while storage is away', async () => {
    const { deliverEvent, world } = refusing();
    world.storage = { insertEvent: () => Promise.reject(new RelayError('storageUnavailable', 'away')) };
    await deliverEvent(started);
    expect(world.sent).toMatchObject([
      { message: { subscriptionId: 'sub_b' } },
      { message: { kind: 'record', results: [dead, { outcome: 'retrying' }] } },
    ]);
  });

  it('is logged where it is a record', async () => {
    const { deliverEvent, world } = refusing();
    world.storage = { indexEvent: () => Promise.reject(new RelayError('storageUnavailable', 'away')) };
    world.refuse = ({ message }) => (message.kind === 'record' ? refusal : undefined);
    await deliverEvent(started);
    expect(world.log.lines).toMatchObject([
      { event: 'recordRefused', fields: { eventId: started.id, code: 'messageTooLarge' } },
    ]);
  });

  it('has the event given out again where it is the event itself', async () => {
    const { deliverEvent, world } = refusing();
    world.list = () => Promise.reject(new RelayError('storageUnavailable', 'away'));
    world.refuse = () => refusal;
    await expect(deliverEvent(started)).rejects.toBe(refusal);
  });
});

describe('an event whose predecessor another process handles', () => {
  it('waits a moment, once', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    const done = deliverEvent(completed);
    await clock.advance(200);
    expect(world.posts).toEqual([]);
    await clock.advance(50);
    await done;
    expect(world.posts).toEqual(['event-2 to sub_a']);
  });

  it('does not wait when this process has handled an earlier event of the call', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    await deliverEvent(started);
    world.storage = { readEvents: () => Promise.reject(new Error('not to be read')) };
    await clock.advanceUntil(deliverEvent(completed));
    expect(world.posts).toHaveLength(2);
  });

  it('waits 10 ms for what the bus hands over with it when this process knows the call', async () => {
    const { deliverEvent, world, clock } = createDeliveryEngine();
    await deliverEvent(started);
    const done = deliverEvent(completed);
    await clock.advance(9);
    expect(world.posts).toHaveLength(1);
    await clock.advance(1);
    expect(world.posts).toHaveLength(2);
    await clock.advanceUntil(done, 500);
  });
});

it('ends within 12 s beside a subscriber and a storage that never respond', async () => {
  const { deliverEvent, world, clock } = createDeliveryEngine();
  world.respond = async () => {
    await clock.sleep(5_000);
    return { kind: 'networkError', reason: 'timeout', detail: '', durationMs: 5_000 };
  };
  world.storage = { insertEvent: () => never, indexEvent: () => never, readEvents: () => never };
  const startMs = clock.now();
  await clock.advanceUntil(Promise.all([deliverEvent(started), deliverEvent(completed)]), 500);
  expect(clock.now() - startMs).toBeLessThanOrEqual(12_000);
  expect(kinds(world.sent).sort()).toEqual(['attempt', 'attempt', 'record', 'record']);
});

describe('what is attached to a call', () => {
  const context = { customer: 'Fabrikam' };
  const attach = (world: ReturnType<typeof createDeliveryEngine>['world']) =>
    world.records.insertEvent({ event: sampleContextEvent(context), recordedAtMs: 1 });
  const contextsOnRecord = (world: ReturnType<typeof createDeliveryEngine>['world']) =>
    world.records.events().map(({ event }) => (event.data as { context?: unknown }).context);

  it('is in every event of the call after it, connected and ended too', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    await attach(world);
    const connected = { ...ended, id: 'connected', type: 'ucwa.call.connected', sequence: '000000000003-0000' };
    for (const event of [completed, connected]) await world.clock.advanceUntil(deliverEvent(event));
    expect(contextsOnRecord(world)).toEqual([context, context, context]);
  });

  it('is not looked for while no context was attached to any call', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    world.usesContexts = false;
    world.storage = { readContext: () => never };
    void deliverEvent(completed);
    await world.clock.advance(250); // The wait for the event before it, which is not on record.
    expect(world.posts).toEqual(['event-2 to sub_a']);
  });

  it('is looked for from the first context that came here', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    world.usesContexts = false;
    await deliverEvent(sampleContextEvent(context));
    await world.clock.advanceUntil(deliverEvent(completed));
    expect(contextsOnRecord(world)).toEqual([context, context]);
  });

  it('is not read for a ring, which does not wait', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    world.storage = { readContext: () => never };
    await deliverEvent(started);
    expect(world.posts).toEqual(['event-1 to sub_a']);
  });

  it('is waited for a second, and events of the call stay in order', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    let reads = 0;
    world.storage = { readContext: () => (reads++ === 0 ? never : Promise.resolve(context)) };
    const delivered = [
      deliverEvent(completed),
      deliverEvent({ ...completed, id: 'event-3', sequence: '000000000049-0000' }),
    ];
    await world.clock.advance(999);
    expect(world.posts).toEqual([]);
    await world.clock.advanceUntil(Promise.all(delivered));
    expect(world.posts).toEqual(['event-2 to sub_a', 'event-3 to sub_a']);
    expect(contextsOnRecord(world)).toEqual([undefined, context]);
  });

  it('is sent by itself like any event of calls, and recorded once where it is on record', async () => {
    const { deliverEvent, world } = createDeliveryEngine();
    await attach(world);
    await deliverEvent(sampleContextEvent(context));
    expect(world.posts).toEqual([`${sampleContextEvent(context).id} to sub_a`]);
    expect(world.records.events()).toHaveLength(1);
  });
});

import { RelayError } from '../../../../../shared/errors/relayError';
import type { RelayEvent } from '../../../../../shared/invitations/events/relayEvent';
import { firstAttemptMessage, type RetryMessage } from '../../../../../shared/webhooks/delivery/retries/retryMessage';
import { createDeliveryEngine, responded } from '../../../../support/deliveryEngine';
import { sampleInvitationEvent } from '../../../../support/sampleEvents';
import { sampleSubscription } from '../../../../support/sampleSubscription';

const ring = sampleInvitationEvent(1);
const { expiryTimeMs: _expiryTimeMs, ...ended } = ring;
const completed: RelayEvent = {
  ...ended,
  type: 'ucwa.audioVideoInvitation.completed',
  data: { ...ended.data, event: 'completed' },
};
const first = firstAttemptMessage(completed, 'sub_a');
const retry = { ...first, attempt: 2 };
const away = () => Promise.reject(new RelayError('storageUnavailable', 'away'));

it('makes one attempt and records it', async () => {
  const { retryDelivery, world } = createDeliveryEngine();
  await retryDelivery(retry, false);
  expect(world.posts).toHaveLength(1);
  expect(world.records.attempts()).toMatchObject([{ attempt: 2, outcome: 'delivered', eventId: completed.id }]);
  expect(world.records.deliveries()).toMatchObject([{ outcome: 'delivered' }]);
  expect(world.sent).toEqual([]);
});

it('sends the next copy after a failure', async () => {
  const { retryDelivery, world } = createDeliveryEngine();
  world.respond = () => Promise.resolve(responded(500));
  await retryDelivery(retry, false);
  expect(world.sent).toMatchObject([{ message: { attempt: 3, moves: 0 }, atMs: world.clock.now() + 2_000 }]);
  expect(world.records.deliveries()).toMatchObject([{ outcome: 'retrying', response: 'body' }]);
});

describe('what the bus refuses for good', () => {
  const refusal = new RelayError('busRefused', 'Service Bus refused the message for good.');

  it('ends the delivery, with the reason', async () => {
    const { retryDelivery, world } = createDeliveryEngine();
    world.respond = () => Promise.resolve(responded(500));
    world.refuse = () => refusal;
    await retryDelivery(retry, false);
    const dead = {
      outcome: 'dead',
      attempt: 2,
      reason: 'no further attempt: Service Bus refused the message for good. Before: responded 500',
    };
    expect([world.records.attempts(), world.records.deliveries()]).toMatchObject([[dead], [dead]]);
    expect(world.observed).toMatchObject([{ attempt: dead, isLost: true }]);
  });

  it('ends a delivery that was to wait for its rate', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine({
      subscriptions: [sampleSubscription({ maxPerMinute: 60 })],
    });
    world.freeAtMs = clock.now() + 9_000;
    world.refuse = () => refusal;
    await retryDelivery(retry, false);
    const [dead] = world.records.deliveries().slice(-1);
    expect(dead).toMatchObject({ outcome: 'dead', reason: expect.stringContaining(refusal.message) as string });
  });
});

it('lists no delivery that began here and went well', async () => {
  const { retryDelivery, world } = createDeliveryEngine();
  await retryDelivery(first, false);
  expect([world.records.attempts().length, world.records.deliveries().length]).toEqual([1, 0]);
});

it.each([
  ['a first attempt is prompt', first, false, 1],
  ['a first attempt that the bus gives out again is late', first, true, 0],
  ['a retry is late', retry, false, 0],
  ['one that was moved is late', { ...first, moves: 1 }, false, 0],
])('%s', async (_title, message, isRepeated, posts) => {
  const { retryDelivery, world } = createDeliveryEngine();
  await world.records.insertEvent({ event: { ...completed, sequence: '9' }, recordedAtMs: 1 });
  await retryDelivery({ ...message, event: ring }, isRepeated);
  expect(world.posts).toHaveLength(posts);
});

it.each([
  ['5 s inside a ring', ring, {}, 5_000],
  ['15 s otherwise', completed, {}, 15_000],
  ['as long as the subscription says', completed, { timeoutSeconds: 30 }, 30_000],
])('waits for a response for %s', async (_title, event, changes, expectedMs) => {
  const { retryDelivery, world } = createDeliveryEngine({ subscriptions: [sampleSubscription(changes)] });
  await retryDelivery({ ...first, event }, false);
  expect(world.timeoutsMs).toEqual([expectedMs]);
});

describe('a subscription', () => {
  it('that was removed gets nothing, and no row but in the record of the call', async () => {
    const { retryDelivery, world } = createDeliveryEngine({ subscriptions: [] });
    await retryDelivery(retry, false);
    expect([world.posts, world.sent, world.records.deliveries()]).toEqual([[], [], []]);
    expect(world.records.attempts()).toMatchObject([
      { outcome: 'disabled', attempted: false, reason: 'the subscription was removed' },
    ]);
  });

  it('that is paused ends its deliveries', async () => {
    const state = { name: 'paused', atMs: 1 } as const;
    const { retryDelivery, world } = createDeliveryEngine({ subscriptions: [sampleSubscription({ state })] });
    await retryDelivery(retry, false);
    expect(world.records.attempts()).toMatchObject([{ outcome: 'disabled', reason: 'the subscription is paused' }]);
    expect(world.observed[0]).not.toHaveProperty('disable');
  });

  it('that cannot be read is tried again by the schedule', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine();
    world.list = away;
    await retryDelivery({ ...retry, moves: 3 }, false);
    const [moved] = world.sent;
    expect(moved).toMatchObject({ message: { attempt: 2, moves: 4 } });
    expect(moved?.atMs).toBeGreaterThan(clock.now());
    expect(world.records.attempts()).toEqual([]);
  });
});

describe('a move of a delivery', () => {
  const nowMs = createDeliveryEngine().clock.now();
  it.each([
    ['leaves the row as it is while that is at most five minutes behind', nowMs - 240_000, []],
    ['brings the row up to date when that would be further behind', nowMs - 300_000, ['retrying']],
    ['writes the row where the message does not say what is on record', undefined, ['retrying']],
  ])('%s', async (_title, dueOnRecordMs, outcomes) => {
    const { retryDelivery, world } = createDeliveryEngine();
    world.list = away;
    await retryDelivery({ ...retry, moves: 1, ...(dueOnRecordMs !== undefined && { dueOnRecordMs }) }, false);
    const [moved] = world.sent;
    const rows = world.records.deliveries();
    expect(rows.map(({ outcome }) => outcome)).toEqual(outcomes);
    // `recover` takes a delivery whose time on record is long over for lost, and sends it once more.
    expect(moved).toMatchObject({ message: { dueOnRecordMs: rows.length === 0 ? dueOnRecordMs : rows[0]?.nextAtMs } });
    expect(rows[0]?.nextAtMs ?? moved?.atMs).toBe(moved?.atMs);
  });
});

describe('a subscription with a rate', () => {
  const paced = { subscriptions: [sampleSubscription({ maxPerMinute: 60 })] };

  it('is sent a message that has its time', async () => {
    const { retryDelivery, world } = createDeliveryEngine(paced);
    await retryDelivery({ ...retry, isPaced: true }, false);
    expect(world.posts).toHaveLength(1);
  });

  it('gives a time to a message that has none, which uses up no step', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine(paced);
    world.freeAtMs = clock.now() + 9_000;
    await retryDelivery(retry, false);
    expect(world.posts).toEqual([]);
    expect(world.sent).toMatchObject([{ message: { ...retry, isPaced: true }, atMs: world.freeAtMs }]);
    expect(world.records.attempts()).toEqual([]);
  });

  it.each([
    ['in more than five minutes is on record, since recover would take it for lost', 301_000, ['retrying']],
    ['in five minutes is not', 300_000, []],
  ])('whose time is %s', async (_title, waitMs, outcomes) => {
    const { retryDelivery, world, clock } = createDeliveryEngine(paced);
    world.freeAtMs = clock.now() + waitMs;
    await retryDelivery({ ...retry, dueOnRecordMs: clock.now() }, false);
    const rows = world.records.deliveries();
    expect(rows.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(rows.every(({ nextAtMs }) => nextAtMs === world.freeAtMs)).toBe(true);
  });

  it('lists no longer as waiting a first delivery that waited for its rate and went well', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine(paced);
    world.freeAtMs = clock.now() + 9_000;
    await retryDelivery(first, false);
    const [next] = world.sent;
    if (next === undefined) throw new Error('no message');
    await retryDelivery(next.message, false);
    expect(world.records.deliveries().at(-1)).toMatchObject({ outcome: 'delivered' });
  });

  it('is sent at once what has a time right now', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine(paced);
    world.freeAtMs = clock.now() + 200;
    await retryDelivery(retry, false);
    expect(world.posts).toHaveLength(1);
  });

  it('is not sent a ring whose time comes after its end', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine(paced);
    world.freeAtMs = clock.now() + 40_000;
    await retryDelivery({ ...retry, event: ring }, false);
    expect([world.posts, world.sent]).toEqual([[], []]);
    expect(world.records.attempts()).toMatchObject([{ outcome: 'expired' }]);
  });
});

describe('a record', () => {
  const results = [
    { subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, durationMs: 1 },
    { subscriptionId: 'sub_b', outcome: 'retrying', attempted: true, durationMs: 1, reason: 'x' },
    { subscriptionId: 'sub_c', outcome: 'expired', attempted: false, durationMs: 0, reason: 'x' },
  ] as const;
  const record: RetryMessage = { kind: 'record', event: ring, tries: 1, recordedAtMs: 5, results };

  it('is written whole, with the deliveries that ended', async () => {
    const { retryDelivery, world } = createDeliveryEngine();
    await retryDelivery(record, false);
    expect(world.records.events()).toEqual([{ event: ring, recordedAtMs: 5, results }]);
    expect(world.records.deliveries()).toMatchObject([{ subscriptionId: 'sub_c', outcome: 'expired' }]);
  });

  it.each([
    ['delivered', 1],
    ['retrying', 0],
  ] as const)('of a later attempt that was %s brings %i delivery up to date', async (outcome, rows) => {
    const { retryDelivery, world } = createDeliveryEngine();
    const attempt = { ...results[0], outcome, attempt: 2, moves: 0, atMs: 7 };
    await retryDelivery({ kind: 'record', event: ring, tries: 1, recordedAtMs: 5, attempt }, false);
    expect(world.records.attempts()).toMatchObject([attempt]);
    expect(world.records.deliveries()).toHaveLength(rows);
  });

  it('is tried again at twice the distance', async () => {
    const { retryDelivery, world, clock } = createDeliveryEngine();
    world.storage = { writeRecord: away };
    await retryDelivery({ ...record, tries: 2 }, false);
    expect(world.sent).toMatchObject([{ message: { ...record, tries: 3 }, atMs: clock.now() + 120_000 }]);
  });

  it('is sent as a message when an attempt cannot be recorded', async () => {
    const { retryDelivery, world } = createDeliveryEngine();
    world.storage = { writeAttempt: away };
    await retryDelivery(retry, false);
    expect(world.sent).toMatchObject([{ message: { kind: 'record', attempt: { attempt: 2, outcome: 'delivered' } } }]);
  });
});

it('delivers an event whose subscribers could not be read before', async () => {
  const { retryDelivery, world } = createDeliveryEngine();
  await retryDelivery({ kind: 'event', event: ring, tries: 1, enqueuedAtMs: 3 }, false);
  expect(world.posts).toEqual(['event-1 to sub_a']);
  expect(world.records.events()).toMatchObject([{ enqueuedAtMs: 3, results: [{ outcome: 'delivered' }] }]);
});

it('sends that event once more, with another id, when they cannot be read again', async () => {
  const { retryDelivery, world } = createDeliveryEngine();
  world.list = away;
  await retryDelivery({ kind: 'event', event: ring, tries: 1 }, false);
  expect(world.sent).toMatchObject([{ message: { kind: 'event', tries: 2 } }]);
});

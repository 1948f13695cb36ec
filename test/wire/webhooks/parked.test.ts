import { RelayError } from '../../../shared/errors/relayError';
import { isParked, type ParkedMessage, type QueuedMessage } from '../../../shared/webhooks/deliveryMessage';
import { createSubscriberGate } from '../../../shared/webhooks/subscriberGate';
import type { RelayRoom } from '../../support/relayRoom';
import { useRelayRooms, type TestSubscriber } from '../../support/relayRooms';
import { callEvent, ringMs } from '../../support/webhookEvents';

const rooms = useRelayRooms();
let room: RelayRoom;
beforeEach(() => void (room = rooms.open()));

/** So many who want rest, for an hour unless told. */
async function restingSubscribers(
  count: number,
  request: object = {},
  restMs?: number,
): Promise<readonly TestSubscriber[]> {
  const subscribers: TestSubscriber[] = [];
  for (let made = 0; made < count; made += 1) {
    const subscriber = await rooms.subscribe(room, undefined, request);
    subscribers.push(subscriber);
    await rest(subscriber.id, restMs);
  }
  return subscribers;
}

/** One that rests already goes on with that. */
async function rest(id: string, restMs = 3_600_000, host = room): Promise<void> {
  const subscription = await host.ports.subscriptions.find(id);
  const admission = subscription === undefined ? undefined : await host.ports.gate.enter(subscription);
  if (admission?.admitted === true) admission.leave({ succeeded: undefined, restMs });
}

/** A change of the subscription ends its rest. */
async function wake(subscriber: TestSubscriber | undefined): Promise<void> {
  await room.clock.advance(1);
  await room.manage.change(subscriber?.id ?? '', { description: 'mended' });
}
const eventIds = ({ server: { requests } }: TestSubscriber) => requests.map(({ headers }) => headers['webhook-id']);
const idsOf = (subscribers: readonly TestSubscriber[]) => subscribers.map(({ id }) => id).sort();
const waitingIn = ({ waiting }: ParkedMessage) => waiting.map(({ subscriptionId }) => subscriptionId).sort();
const entriesOf = async ({ id }: TestSubscriber) => (await room.journal.page(id, { limit: 10 })).entries;

/** Another host takes what is visible on the bus. */
const pumpAt = async (host: RelayRoom) =>
  (await Promise.all(room.queue.take().map((message) => host.take(message, true)))).flat();

function onlyParked(messages: readonly QueuedMessage[]): ParkedMessage {
  const [message] = messages;
  if (message === undefined || messages.length > 1 || !isParked(message))
    throw new Error(`not one parked message: ${JSON.stringify(messages)}`);
  return message;
}

/** All that are in the queue, taken out when they are to be seen. */
async function everythingParked(): Promise<readonly ParkedMessage[]> {
  const messages: QueuedMessage[] = [];
  for (let atMs = room.clock.now(); Number.isFinite(atMs); atMs = room.queue.nextAtMs() ?? Number.NaN) {
    await room.clock.advance(atMs - room.clock.now());
    messages.push(...room.queue.take());
  }
  return messages.filter((message) => isParked(message));
}

/** The next message that is to be seen, when it is; these rest again then. */
async function nextParked(resting: readonly (TestSubscriber | undefined)[] = []): Promise<ParkedMessage> {
  await room.clock.advance(Math.max(0, (room.queue.nextAtMs() ?? Number.NaN) - room.clock.now()));
  for (const subscriber of resting) await rest(subscriber?.id ?? '');
  return onlyParked(room.queue.take());
}

test('all who take nothing when an event comes wait in one message', async () => {
  const resting = await restingSubscribers(3);
  await rooms.subscribe(room);
  await room.fanOut(callEvent('completed'));
  expect(await room.pump()).toEqual(['delivered']);
  const parked = await nextParked();
  expect([waitingIn(parked), parked.deferrals]).toEqual([idsOf(resting), 1]);
});

test('who takes something again gets a message of its own, the others wait on together', async () => {
  const [one, two, three] = await restingSubscribers(3);
  await room.fanOut(callEvent('completed'));
  const parked = await nextParked([one, three]);
  expect([...(await room.take(parked, true))].sort()).toEqual(['deferred', 'deferred', 'due']);
  expect(await room.pump()).toEqual(['delivered']);
  const waiting = await nextParked();
  expect([waitingIn(waiting), waiting.deferrals]).toEqual([[one?.id, three?.id].sort(), 2]);
  expect([one, two, three].map((subscriber) => subscriber && eventIds(subscriber))).toEqual([
    [],
    ['call-1-completed'],
    [],
  ]);
});

test('each format waits by itself', async () => {
  await restingSubscribers(2);
  await restingSubscribers(1, { format: 'flat' });
  await room.fanOut(callEvent('completed'));
  await room.clock.advance((room.queue.nextAtMs() ?? 0) - room.clock.now());
  const parked = room.queue.take();
  expect(parked.map((message) => isParked(message) && message.waiting.length).sort()).toEqual([1, 2]);
});

test('a ring that is over before anything is taken has an end in the log of each', async () => {
  const resting = await restingSubscribers(3);
  await room.fanOut(callEvent('started'));
  expect(await room.take(onlyParked(room.queue.take()), true)).toEqual(['expired', 'expired', 'expired']);
  for (const subscriber of resting) {
    expect(await entriesOf(subscriber)).toMatchObject([
      { outcome: 'expired', attempted: false, reason: 'the ring ends before the subscriber can be tried: throttled' },
    ]);
    expect(await room.journal.counts(subscriber.id)).toMatchObject({ attempts: 0, expired: 1 });
  }
  expect(room.queue.nextAtMs()).toBeUndefined();
});

test('a message that comes late, when the ring is over, ends for all, whether they take something again or not', async () => {
  const [one, two] = await restingSubscribers(2);
  await room.fanOut(callEvent('started'));
  const parked = onlyParked(room.queue.take());
  await wake(one);
  await room.clock.advance(ringMs);
  expect(await room.take(parked, true)).toEqual(['expired', 'expired']);
  expect([one && eventIds(one), two && eventIds(two)]).toEqual([[], []]);
});

test('given out again after a crash, it ends nothing twice and sends nothing twice', async () => {
  const [one, two] = await restingSubscribers(2);
  await room.fanOut(callEvent('started'));
  const parked = onlyParked(room.queue.take());
  await wake(one);
  expect([...(await room.take(parked, true))].sort()).toEqual(['due', 'expired']);
  expect([...(await room.take(parked, false))].sort()).toEqual(['alreadyDone', 'due']);
  await room.drain();
  expect(one && eventIds(one)).toEqual(['call-1-started']);
  expect([await room.journal.counts(one?.id ?? ''), await room.journal.counts(two?.id ?? '')]).toMatchObject([
    { attempts: 1, delivered: 1, expired: 0 },
    { attempts: 0, delivered: 0, expired: 1 },
  ]);
});

describe('a fan-out that runs again', () => {
  const anotherHost = () => rooms.open({ ...room.ports, gate: createSubscriberGate(room.clock) });

  test('parks nobody: whom it finds resting has a message of its own, which the bus has already if it was sent before', async () => {
    const there = anotherHost();
    const [one] = await restingSubscribers(1);
    await there.fanOut(callEvent('completed'));
    await room.fanOut(callEvent('completed'), false);
    expect(await pumpAt(there)).toEqual(['delivered']);
    expect(room.queue.nextAtMs()).toBeUndefined();
    expect(await room.journal.counts(one?.id ?? '')).toMatchObject({ attempts: 1, delivered: 1 });
  });

  test('and whom it finds awake, parked before, hears the event once, and never its beginning after its end', async () => {
    const there = anotherHost();
    const [one, two] = await restingSubscribers(2);
    await room.fanOut(callEvent('started', { data: {} }));
    const parked = onlyParked(room.queue.take());
    await there.fanOut(callEvent('started'), false);
    await wake(one);
    await wake(two);
    expect(await room.take(parked, true)).toEqual(['due', 'due']);
    await pumpAt(there);
    await there.fanOut(callEvent('completed'));
    await room.drain();
    expect([one, two].map((subscriber) => subscriber && eventIds(subscriber))).toEqual([
      ['call-1-started', 'call-1-completed'],
      ['call-1-started', 'call-1-completed'],
    ]);
    expect(await room.journal.counts(one?.id ?? '')).toMatchObject({ attempts: 2, delivered: 2, expired: 0 });
  });
});

test('an end that was written before a crash is found though the message is parked again', async () => {
  const [one] = await restingSubscribers(1);
  await room.fanOut(callEvent('started'));
  const parked = onlyParked(room.queue.take());
  const dying = rooms.open({
    ...room.ports,
    journal: { ...room.journal, advance: () => Promise.reject(new Error('killed')) },
  });
  await expect(dying.take(parked, true)).rejects.toThrow('killed');
  expect(await room.journal.counts(one?.id ?? '')).toMatchObject({ expired: 1 });

  const there = rooms.open({ ...room.ports, gate: createSubscriberGate(room.clock) });
  await rest(one?.id ?? '', 3000, there);
  expect(await there.take(parked, false)).toEqual(['deferred']);
  await room.clock.advance((room.queue.nextAtMs() ?? 0) - room.clock.now());
  expect(await pumpAt(there)).toEqual(['due']);
  expect(await pumpAt(there)).toEqual(['alreadyDone']);
  expect([await room.journal.counts(one?.id ?? ''), one && eventIds(one)]).toMatchObject([
    { attempts: 0, delivered: 0, expired: 1 },
    [],
  ]);
});

test('one that is looked at for another’s sake comes at its own time', async () => {
  const [patient] = await restingSubscribers(1);
  await wake(patient);
  await rest(patient?.id ?? '', 10_000);
  const [failing] = await restingSubscribers(1);
  await room.fanOut(callEvent('completed'));
  const fannedOutMs = room.clock.now();
  for (let look = 0; patient !== undefined && eventIds(patient).length === 0 && look < 20; look += 1) {
    await room.clock.advance((room.queue.nextAtMs() ?? 0) - room.clock.now());
    await rest(failing?.id ?? '');
    await room.pump();
  }
  expect(room.clock.now() - fannedOutMs).toBeLessThanOrEqual(15_750);
});

describe('when a rest is over, after ten minutes of nothing else', () => {
  const calls = [1, 2, 3, 4];
  /** It wants twenty seconds' rest at each visit; of the last, a second is left. */
  async function restedSubscriber() {
    const [one] = await restingSubscribers(1, {}, 20_000);
    for (let visits = 1; visits < 30; visits += 1) {
      await room.clock.advance(20_000);
      await rest(one?.id ?? '', 20_000);
    }
    await room.clock.advance(19_000);
    return one;
  }
  const toNext = () => room.clock.advance((room.queue.nextAtMs() ?? 0) - room.clock.now());

  test('one end of a call tries for all that wait, and the others follow when it works', async () => {
    const one = await restedSubscriber();
    for (const call of calls) await room.fanOut(callEvent('completed', { call }));
    await toNext();
    expect((await room.pump()).sort()).toEqual(['deferred', 'deferred', 'deferred', 'due']);
    const triedAtMs = room.clock.now();
    expect(await room.pump()).toEqual(['delivered']);
    await toNext();
    expect(room.clock.now() - triedAtMs).toBe(1000);
    expect(await room.pump()).toEqual(['due', 'due', 'due']);
    expect(await room.pump()).toEqual(['delivered', 'delivered', 'delivered']);
    expect(one && new Set(eventIds(one)).size).toBe(calls.length);
  });

  test('the next tries at once where the one who came must wait for its call', async () => {
    const one = await restedSubscriber();
    const now = { timeMs: room.clock.now() };
    await room.fanOut(callEvent('started', { call: 1, ...now }));
    await room.fanOut(callEvent('completed', { call: 1, ...now }));
    await room.fanOut(callEvent('completed', { call: 2, ...now }));
    const queued = await everythingParked();
    const [started, ended, another] = ['call-1-started', 'call-1-completed', 'call-2-completed'].map((id) =>
      queued.find(({ event }) => event.id === id),
    );
    await rest(one?.id ?? '', 1);
    await room.clock.advance(1);
    expect(ended && (await room.take(ended, true))).toEqual(['due']);
    expect(another && (await room.take(another, true))).toEqual(['deferred']);
    expect(await room.pump()).toEqual(['deferred']);
    expect(started && (await room.take(started, true))).toEqual(['due']);
    expect(await room.pump()).toEqual(['delivered']);
  });

  test('a ring that begins then goes out at once, on every host', async () => {
    const one = await restedSubscriber();
    await room.clock.advance(1000);
    const there = rooms.open({ ...room.ports, gate: createSubscriberGate(room.clock) });
    for (const call of calls) {
      await room.fanOut(callEvent('started', { call, timeMs: room.clock.now() }));
      expect(await (call % 2 === 0 ? room.pump() : pumpAt(there))).toEqual(['delivered']);
      await room.clock.advance(100);
    }
    expect(one && eventIds(one)).toHaveLength(calls.length);
  });
});

test('who is paused or deleted meanwhile has an end that says so', async () => {
  const [paused, deleted, waiting] = await restingSubscribers(3);
  await room.fanOut(callEvent('completed'));
  const parked = await nextParked([waiting]);
  await room.manage.change(paused?.id ?? '', { state: 'paused' });
  await room.manage.remove(deleted?.id ?? '');
  expect([...(await room.take(parked, true))].sort()).toEqual(['deferred', 'disabled', 'disabled']);
  expect(paused && (await entriesOf(paused))).toMatchObject([
    { outcome: 'disabled', reason: 'the subscription is paused' },
  ]);
  expect(deleted && (await entriesOf(deleted))).toMatchObject([
    { outcome: 'disabled', reason: 'the subscription was deleted' },
  ]);
  expect(waitingIn(await nextParked())).toEqual([waiting?.id]);
});

test('who cannot be looked up has a message of its own, which waits until it can', async () => {
  await restingSubscribers(1);
  await room.fanOut(callEvent('completed'));
  const parked = await nextParked();
  const find = () => Promise.reject(new RelayError('storageUnavailable', 'The tables do not answer.'));
  const blind = rooms.open({ ...room.ports, subscriptions: { ...room.ports.subscriptions, find } });
  expect(await blind.take(parked, true)).toEqual(['due']);
  const [message] = room.queue.takeDeliveries();
  expect(message && (await blind.take(message, true))).toEqual(['deferred']);
});

test('an end that comes while the beginning is parked waits for it', async () => {
  const [one] = await restingSubscribers(1);
  await room.clock.advance(3_590_000);
  const now = { timeMs: room.clock.now() };
  await room.fanOut(callEvent('started', now));
  await room.clock.advance(9_500);
  await wake(one);
  await room.fanOut(callEvent('completed', now));
  await room.drain();
  expect(one && eventIds(one)).toEqual(['call-1-started', 'call-1-completed']);
});

import { RelayError, toRelayError } from '../../../shared/errors/relayError';
import { FAILURES_TO_OPEN, OPEN_MS } from '../../../shared/webhooks/circuitBreaker';
import { deliveryIdOf } from '../../../shared/webhooks/deliveryMessage';
import { createSubscriberGate, type Visit } from '../../../shared/webhooks/subscriberGate';
import type { RelayRoom } from '../../support/relayRoom';
import { useRelayRooms } from '../../support/relayRooms';
import type { SubscriberAnswer, SubscriberServer } from '../../support/subscriberServer';
import { callEvent, ringMs, ringStartMs } from '../../support/webhookEvents';

const rooms = useRelayRooms();
let room: RelayRoom;
beforeEach(() => void (room = rooms.open()));

/** Another host: the same bus, tables and clock, and a gate of its own. */
const anotherHost = (): RelayRoom => rooms.open({ ...room.ports, gate: createSubscriberGate(room.clock) });
const subscriber = (answer?: () => SubscriberAnswer) => rooms.subscribe(room, answer);

async function visit({ ports }: RelayRoom, id: string, outcome: Visit): Promise<void> {
  const admission = await ports.gate.enter((await ports.subscriptions.find(id)) ?? never());
  if (admission.admitted) admission.leave(outcome);
}
const throttle = (host: RelayRoom, id: string, restMs: number): Promise<void> =>
  visit(host, id, { succeeded: undefined, restMs });
async function openCircuit(host: RelayRoom, id: string): Promise<void> {
  for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) await visit(host, id, { succeeded: false });
}

const never = (): never => {
  throw new Error('there is none');
};
const only = <Message>(messages: readonly Message[]): Message =>
  (messages.length === 1 ? messages[0] : undefined) ?? never();
const eventIds = ({ requests }: SubscriberServer) => requests.map(({ headers }) => headers['webhook-id']);
const now = () => ({ timeMs: room.clock.now() });

test('a start that was put off before it came out of the queue is not sent again after the end, when it was sent by hand meanwhile', async () => {
  const { server, id } = await subscriber();
  await throttle(room, id, 20_000);
  await room.fanOut(callEvent('started'));
  expect(await room.pump()).toEqual([]);
  await room.clock.advance(5000);
  await room.manage.change(id, { description: 'mended' });
  await room.sendAgain.redeliver(id, deliveryIdOf(callEvent('started')));
  expect(await room.pump()).toEqual(['delivered']);
  await room.fanOut(callEvent('completed'));
  await room.drain();
  expect(eventIds(server)).toEqual(['call-1-started', 'call-1-completed']);
});

test('a fan-out that runs again, when its subscriber takes something again, sends nothing twice', async () => {
  const { server, id } = await subscriber();
  await throttle(room, id, 10_000);
  await room.fanOut(callEvent('started'));
  await room.clock.advance(1);
  await room.manage.change(id, { description: 'mended' });
  await room.fanOut(callEvent('started'), false);
  expect(await room.pump()).toEqual(['delivered']);
  await room.drain();
  expect(eventIds(server)).toEqual(['call-1-started']);
});

test('a ring that was put off here and delivered by another host has not expired when its copy comes out at a closed gate', async () => {
  const there = anotherHost();
  const { server, id } = await subscriber();
  await room.fanOut(callEvent('started'));
  const message = only(room.queue.takeDeliveries());
  await throttle(room, id, 12_000);
  expect(await room.deliver(message, true)).toBe('deferred');
  await room.clock.advance(10_000);
  expect(await there.deliver(message, false)).toBe('delivered'); // its lock had been lost
  await room.clock.advance(2100);
  await throttle(room, id, 60_000);
  await room.clock.advance((room.queue.nextAtMs() ?? never()) - room.clock.now());
  expect(await room.pump()).toEqual(['alreadyDone']);
  expect([server.requests.length, await room.journal.counts(id)]).toMatchObject([1, { delivered: 1, expired: 0 }]);
});

test('a failure long ago does not make one that works wait', async () => {
  const there = anotherHost();
  let answer: SubscriberAnswer = { status: 500 };
  const { id } = await subscriber(() => answer);
  await room.fanOut(callEvent('completed', { call: 1 }));
  expect(await room.pump()).toEqual(['retrying']);
  answer = { status: 204 };
  await room.clock.advance(1000);
  expect(await there.deliver(only(room.queue.takeDeliveries()), true)).toBe('delivered');
  await room.clock.advance(2 * 86_400_000);
  answer = { status: 429, headers: { 'retry-after': '1' } };
  await room.fanOut(callEvent('completed', { call: 2, ...now() }));
  expect(await room.pump()).toEqual(['retrying']);
  answer = { status: 204 };
  const { timeMs } = now();
  await room.fanOut(callEvent('started', { call: 3, timeMs }));
  await room.fanOut(callEvent('completed', { call: 4, timeMs }));
  await room.drain(timeMs + 1500);
  expect(await room.journal.counts(id)).toMatchObject({ delivered: 4 });
});

test('an end that comes in the middle of a planned rest comes when that is over', async () => {
  const { id } = await subscriber();
  await throttle(room, id, 3_600_000);
  await room.clock.advance(1_800_000);
  await room.fanOut(callEvent('completed', now()));
  await room.drain(ringStartMs + 3_600_500);
  expect(await room.journal.counts(id)).toMatchObject({ delivered: 1 });
});

test('a ring is tried though little is left of it when its subscriber has had its rest', async () => {
  const { server, id } = await subscriber();
  for (let second = 0; second < 20; second += 1) {
    await throttle(room, id, 1000);
    await room.clock.advance(1000);
  }
  await throttle(room, id, 2000);
  await room.fanOut(callEvent('started', { timeMs: room.clock.now() + 9000 - ringMs }));
  await room.drain();
  expect(eventIds(server)).toEqual(['call-1-started']);
});

test('a ring is tried in time though many ends wait at the open circuit', async () => {
  const { server, id } = await subscriber();
  await openCircuit(room, id);
  const openedMs = room.clock.now();
  await room.clock.advance(5000);
  for (let call = 100; call < 160; call += 1) await room.fanOut(callEvent('completed', { call, ...now() }));
  await room.fanOut(callEvent('started', now()));
  await room.drain(openedMs + OPEN_MS + 2500);
  expect(eventIds(server)).toContain('call-1-started');
});

test('a ring that begins while the probe is under way is delivered after it', async () => {
  const { server, id } = await subscriber();
  await openCircuit(room, id);
  await room.clock.advance(OPEN_MS);
  const probe = await room.ports.gate.enter((await room.ports.subscriptions.find(id)) ?? never());
  await room.fanOut(callEvent('started', now()));
  expect(await room.pump()).toEqual([]);
  await room.clock.advance(2000);
  if (probe.admitted) probe.leave({ succeeded: true });
  await room.drain();
  expect(eventIds(server)).toEqual(['call-1-started']);
});

test('how long an end waits is up to the host that has it, not to the one that fanned it out', async () => {
  const there = anotherHost();
  const { server, id } = await subscriber();
  await openCircuit(room, id);
  for (let probes = 0; probes < 20; probes += 1) {
    await room.clock.advance(OPEN_MS);
    await visit(room, id, { succeeded: false });
  }
  await room.fanOut(callEvent('completed', now()));
  await room.clock.advance(OPEN_MS + 500);
  expect(await there.take(only(room.queue.take()), true)).toEqual(['due']);
  expect(await there.deliver(only(room.queue.takeDeliveries()), true)).toBe('delivered');
  expect(eventIds(server)).toEqual(['call-1-completed']);
});

describe('while the tables take the log and not the order', () => {
  function flakyHost(failures: number): RelayRoom {
    let left = failures;
    const advance: RelayRoom['journal']['advance'] = (entry) =>
      (left -= 1) >= 0
        ? Promise.reject(new RelayError('storageUnavailable', 'The order does not answer.'))
        : room.journal.advance(entry);
    return rooms.open({ ...room.ports, journal: { ...room.journal, advance } });
  }

  test('an attempt is counted once', async () => {
    const { id } = await subscriber();
    await room.fanOut(callEvent('started'));
    expect(await room.clock.advanceUntil(flakyHost(3).deliver(only(room.queue.takeDeliveries()), true), 100)).toBe(
      'delivered',
    );
    expect(await room.journal.counts(id)).toMatchObject({ attempts: 1, delivered: 1 });
  });

  test('the end of a ring that cannot be tried is left to come again, and counted once', async () => {
    const { id } = await subscriber();
    await throttle(room, id, 60_000);
    await room.fanOut(callEvent('started'));
    const message = only(room.queue.take());
    const given = flakyHost(Infinity)
      .take(message, true)
      .catch((error: unknown) => toRelayError(error).code);
    expect(await room.clock.advanceUntil(given, 1000)).toBe('storageUnavailable');
    expect(room.queue.nextAtMs()).toBeUndefined();
    expect(await room.take(message, false)).toEqual(['alreadyDone']);
    expect(await room.journal.counts(id)).toMatchObject({ attempts: 0, expired: 1 });
  });
});

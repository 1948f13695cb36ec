import type { TableClient } from '@azure/data-tables';
import { RelayError } from '../../../shared/errors/relayError';
import { HTTP } from 'cloudevents';
import { Webhook } from 'svix';
import type { DeliveryOutcome } from '../../../shared/webhooks/ports';
import { createRelayRoom, type RelayRoom } from '../../support/relayRoom';
import {
  startSubscriber,
  type ReceivedRequest,
  type SubscriberAnswer,
  type SubscriberServer,
} from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent, ringMs, ringStartMs } from '../../support/webhookEvents';

let storage: TestTables;
let room: RelayRoom;
const servers: SubscriberServer[] = [];

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => void (room = createRelayRoom(storage.tables)));
afterEach(async () => {
  room.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await storage.empty('subscriptions', 'deliveries', 'deliveryOrder', 'deliveryEvents');
});

type Answer = (request: ReceivedRequest, count: number) => SubscriberAnswer;
async function subscriber(answer?: Answer, request: object = {}) {
  const server = await startSubscriber(answer);
  servers.push(server);
  return { server, ...(await room.subscribe(server.url, request)) };
}
const always = (answer: SubscriberAnswer) => (): SubscriberAnswer => answer;
const eventIds = ({ requests }: SubscriberServer) => requests.map(({ headers }) => headers['webhook-id']);
const ends = async (id: string): Promise<DeliveryOutcome[]> =>
  (await room.journal.page(id, { limit: 1000 })).entries.toReversed().map(({ outcome }) => outcome);
const atSeconds = async (id: string): Promise<number[]> =>
  (await room.journal.page(id, { limit: 100 })).entries.toReversed().map(({ atMs }) => (atMs - ringStartMs) / 1000);

test('an event reaches every subscriber that wants it, signed, as CloudEvents that the SDK reads', async () => {
  const [one, other, uninterested] = [
    await subscriber(),
    await subscriber(),
    await subscriber(undefined, { filters: { kinds: ['phoneAudio'] } }),
  ];
  expect(await room.fanOut(callEvent('started'))).toBe(2);
  expect(await room.pump()).toEqual(['delivered', 'delivered']);

  expect(uninterested.server.requests).toEqual([]);
  for (const { server, secret } of [one, other]) {
    const [request] = server.requests;
    if (request === undefined) throw new Error('nothing came');
    jest.useFakeTimers({ now: room.clock.now(), doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval'] });
    new Webhook(secret).verify(request.body.toString(), request.headers as Record<string, string>);
    jest.useRealTimers();
    expect(request.headers['webhook-request-origin']).toBe('relay.contoso.com');
    const event = HTTP.toEvent({ headers: request.headers, body: request.body.toString() });
    expect(event).toMatchObject({
      id: 'call-1-started',
      type: 'ucwa.audioVideoInvitation.started',
      subject: 'call-1',
      expirytime: '2026-01-15T12:00:30.000Z',
      data: { invitationId: 'call-1', from: { name: 'Alice Müller' } },
    });
  }
});

test('both secrets sign while a rotation overlaps, and only the new one after', async () => {
  const { server, id, secret: older } = await subscriber();
  const { secret: newer } = await room.manage.rotateSecret(id, {});
  const verifies = async (secret: string, event: ReturnType<typeof callEvent>): Promise<boolean> => {
    await room.fanOut(event);
    await room.pump();
    const request = server.requests.at(-1);
    jest.useFakeTimers({ now: room.clock.now(), doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval'] });
    try {
      new Webhook(secret).verify(request?.body.toString() ?? '', request?.headers as Record<string, string>);
      return true;
    } catch {
      return false;
    } finally {
      jest.useRealTimers();
    }
  };
  await room.clock.advance(24 * 3_600_000 - 1);
  expect([
    await verifies(older, callEvent('completed', { call: 1 })),
    await verifies(newer, callEvent('completed', { call: 2 })),
  ]).toEqual([true, true]);
  await room.clock.advance(1);
  expect([
    await verifies(older, callEvent('completed', { call: 3 })),
    await verifies(newer, callEvent('completed', { call: 4 })),
  ]).toEqual([false, true]);
});

test('a ring is tried inside the ring, to the second, and then logged as expired', async () => {
  const { server, id } = await subscriber(always({ status: 500, body: 'out of order' }));
  await room.fanOut(callEvent('started'));
  await room.drain();
  expect(await atSeconds(id)).toEqual([0, 1, 3, 7, 15]);
  expect(await ends(id)).toEqual(['retrying', 'retrying', 'retrying', 'retrying', 'expired']);
  expect(new Set(eventIds(server)).size).toBe(1);
  expect((await room.journal.page(id, { limit: 1 })).entries).toMatchObject([
    { status: 500, reason: 'responded 500; the ring ends before the next attempt', response: 'out of order' },
  ]);
});

test('an end is tried for three days, in the same bytes, each time signed for its moment', async () => {
  const { server, id } = await subscriber(always({ status: 502 }));
  await room.fanOut(callEvent('completed'));
  await room.drain();
  expect(await atSeconds(id)).toEqual([
    0, 1, 3, 7, 15, 30, 90, 390, 2190, 9390, 27_390, 63_390, 113_790, 185_790, 272_190,
  ]);
  expect((await ends(id)).at(-1)).toBe('dead');
  expect(new Set(server.requests.map(({ body }) => body.toString())).size).toBe(1);
  expect(new Set(server.requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(15);
});

test('an end that is refused at first arrives when the subscriber is well again', async () => {
  const { id } = await subscriber((_request, count) => ({ status: count < 8 ? 500 : 200 }));
  await room.fanOut(callEvent('completed'));
  await room.drain();
  expect((await ends(id)).at(-1)).toBe('delivered');
  expect(await room.journal.counts(id)).toEqual({
    attempts: 8,
    delivered: 1,
    expired: 0,
    dead: 0,
    disabled: 0,
    failuresInRow: 0,
    lastDeliveredMs: ringStartMs + 390_000,
  });
});

test('what cannot heal is tried five times', async () => {
  const { id } = await subscriber(always({ status: 401 }));
  await room.fanOut(callEvent('completed'));
  await room.drain();
  expect(await ends(id)).toEqual(['retrying', 'retrying', 'retrying', 'retrying', 'dead']);
});

test.each([
  [429, { 'retry-after': '120' }, [0, 120]],
  [503, { 'retry-after': 'Thu, 15 Jan 2026 12:00:50 GMT' }, [0, 50]],
])(
  '%i with Retry-After is obeyed, by all events to that subscriber and by those alone',
  async (status, headers, expected) => {
    const throttling = await subscriber((_request, count) => (count === 1 ? { status, headers } : { status: 200 }));
    const fine = await subscriber();
    await room.fanOut(callEvent('completed', { call: 1 }));
    await room.pump();
    await room.fanOut(callEvent('completed', { call: 2 }));
    expect(await room.pump()).toEqual(['delivered']);
    expect(fine.server.requests).toHaveLength(2);
    await room.drain();
    const attempts = (await room.journal.page(throttling.id, { limit: 10 })).entries
      .toReversed()
      .filter(({ subject }) => subject === 'call-1');
    expect(attempts.map(({ atMs }) => (atMs - ringStartMs) / 1000)).toEqual(expected);
    expect(await room.journal.counts(throttling.id)).toMatchObject({ attempts: 3, delivered: 2 });
  },
);

test('a ring that a throttled subscriber could hear only when it is over is expired at once', async () => {
  const { id, server } = await subscriber((_request, count) =>
    count === 1 ? { status: 429, headers: { 'retry-after': '60' } } : { status: 200 },
  );
  await room.fanOut(callEvent('completed', { call: 1 }));
  await room.pump();
  await room.fanOut(callEvent('started', { call: 2 }));
  expect(await room.pump()).toEqual(['expired']);
  expect((await room.journal.page(id, { limit: 10 })).entries).toContainEqual(
    expect.objectContaining({
      subject: 'call-2',
      attempted: false,
      reason: 'the ring ends before the subscriber can be tried: throttled',
    }),
  );
  expect(server.requests).toHaveLength(1);
});

test('410 disables the subscription, with an event, and what was on its way ends so', async () => {
  const { id, server } = await subscriber(always({ status: 410 }));
  await room.fanOut(callEvent('completed', { call: 1 }));
  await room.fanOut(callEvent('completed', { call: 2 }));
  const [first, second] = room.queue.takeDeliveries();
  if (first === undefined || second === undefined) throw new Error('two messages are due');
  expect(await room.deliver(first)).toBe('disabled');
  expect(await room.deliver(second)).toBe('disabled');
  expect(server.requests).toHaveLength(1);
  expect(await room.manage.get(id)).toMatchObject({ state: 'disabled', stateReason: 'responded 410' });
  expect(room.published).toMatchObject([
    { type: 'ucwa.subscription.disabled', subject: id, data: { subscriptionId: id, reason: 'responded 410' } },
  ]);
  expect(await room.fanOut(callEvent('completed', { call: 3 }))).toBe(0);
});

test('failing for five days disables', async () => {
  const { id } = await subscriber(always({ status: 500 }));
  for (let day = 0; day <= 5; day += 1) {
    await room.fanOut(callEvent('completed', { call: day, timeMs: room.clock.now() }));
    await room.drain(room.clock.now() + 20 * 3_600_000);
    await room.clock.advance(ringStartMs + (day + 1) * 24 * 3_600_000 - room.clock.now());
  }
  await room.drain();
  expect(await room.manage.get(id)).toMatchObject({
    state: 'disabled',
    stateReason: expect.stringMatching(/^nothing has been delivered since 2026-01-15T12:00:00/) as string,
  });
  expect(room.published).toHaveLength(1);
  const { delivered, expired, dead, disabled } = await room.journal.counts(id);
  expect(delivered + expired + dead + disabled).toBe(6);
});

test('20 failures in a row open the circuit for 30 s, then one probe decides', async () => {
  let well = false;
  const { server } = await subscriber(() => ({ status: well ? 200 : 500 }));
  for (let call = 1; call <= 20; call += 1) {
    await room.fanOut(callEvent('completed', { call }));
    await room.deliver(room.queue.takeDeliveries()[0] ?? never());
  }
  expect(server.requests).toHaveLength(20);
  await room.clock.advance(1000);
  expect(new Set(await room.pump())).toEqual(new Set(['deferred']));
  well = true;
  await room.drain(ringStartMs + 32_000);
  await room.clock.advance(60_000);
  await room.drain();
  expect(new Set(eventIds(server)).size).toBe(20);
  expect(server.requests).toHaveLength(40);
});

test('what happens while a circuit is open comes out of the queue when it may close, not before; other subscribers hear at once', async () => {
  const { server } = await subscriber(always({ status: 500 }));
  for (let call = 1; call <= 20; call += 1) {
    await room.fanOut(callEvent('completed', { call }));
    await room.deliver(room.queue.takeDeliveries()[0] ?? never());
  }
  room.queue.drop();
  const fine = await subscriber();
  expect(await room.fanOut(callEvent('completed', { call: 21 }))).toBe(2);
  expect(await room.pump()).toEqual(['delivered']);
  expect(fine.server.requests).toHaveLength(1);
  expect(room.queue.nextAtMs()).toBe(ringStartMs + 30_500);
  expect(server.requests).toHaveLength(20);
});

test('at most four are in flight to one subscriber; the others wait without using up an attempt, and hurt nobody', async () => {
  const { server, id } = await subscriber(always('hang'));
  const fine = await subscriber();
  for (let call = 1; call <= 6; call += 1) await room.fanOut(callEvent('started', { call }));
  const delivering = Promise.all(room.queue.takeDeliveries().map((message) => room.deliver(message, true)));
  await Promise.all([server.received(4), fine.server.received(4)]);
  await room.clock.advance(5000);
  const results = await delivering;
  expect(server.requests).toHaveLength(4);
  expect(results.filter((result) => result === 'retrying')).toHaveLength(4);
  const { attempts, failuresInRow } = await room.journal.counts(id);
  expect([attempts, failuresInRow]).toEqual([4, 4]);
});

test.each([
  ['a ring', callEvent('started'), 5000],
  ['an end', callEvent('completed'), 15_000],
])('%s waits for its answer %s', async (_what, event, timeoutMs) => {
  const { server, id } = await subscriber(always('hang'));
  await room.fanOut(event);
  const delivering = room.pump();
  await server.received(1);
  await room.clock.advance(timeoutMs - 1);
  expect(await ends(id)).toEqual([]);
  await room.clock.advance(1);
  expect(await delivering).toEqual(['retrying']);
  expect((await room.journal.page(id, { limit: 1 })).entries).toMatchObject([
    { durationMs: timeoutMs, reason: 'no response: timeout' },
  ]);
});

test('the bodies of a flow and of a Teams channel are theirs; a delayed ring is not sent to Teams', async () => {
  const [flat, teams] = [
    await subscriber(undefined, { format: 'flat' }),
    await subscriber(undefined, { format: 'teams' }),
  ];
  await room.fanOut(callEvent('started', { call: 1 }));
  await room.fanOut(callEvent('started', { call: 2, data: { delayed: true } }));
  await room.drain();
  expect(eventIds(flat.server).sort()).toEqual(['call-1-started', 'call-2-started']);
  expect(JSON.parse(flat.server.requests[0]?.body.toString() ?? '')).toMatchObject({
    event: 'started',
    callerName: 'Alice Müller',
  });
  expect(eventIds(teams.server)).toEqual(['call-1-started']);
  expect(JSON.parse(teams.server.requests[0]?.body.toString() ?? '')).toMatchObject({
    type: 'message',
    attachments: [{ contentUrl: null }],
  });
});

test('no SDP leaves, nor is it kept', async () => {
  const { server } = await subscriber();
  await room.fanOut(
    callEvent('started', { data: { media: { offers: [{ fallback: false, sdp: 'v=0\r\nm=audio 1\r\n' }] } } }),
  );
  await room.drain();
  expect(server.requests[0]?.body.toString()).not.toContain('m=audio');
  expect(JSON.stringify(await room.archive.find(callEvent('started')))).not.toContain('m=audio');
});

/** A table in which no step of an event can be noted: its host is gone. */
function withoutSteps(table: TableClient): TableClient {
  return new Proxy(table, {
    get(target, property) {
      if (property === 'upsertEntity') return () => Promise.reject(new RelayError('internal', 'killed'));
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('after a crash', () => {
  test('between the attempt’s record and its follow-up, the message that comes again makes no second attempt', async () => {
    const { server, id } = await subscriber(always({ status: 500 }));
    await room.fanOut(callEvent('completed'));
    const [message = never()] = room.queue.takeDeliveries();
    await room.deliver(message);
    expect(await room.deliver(message)).toBe('alreadyDone');
    expect(server.requests).toHaveLength(1);
    expect(await room.journal.counts(id)).toMatchObject({ attempts: 1 });
    await room.clock.advance(1000);
    expect(room.queue.takeDeliveries()).toMatchObject([{ attempt: 2 }]);
  });

  test('after a delivery, the message that comes again sends nothing', async () => {
    const { server } = await subscriber();
    await room.fanOut(callEvent('started'));
    const [message = never()] = room.queue.takeDeliveries();
    await room.deliver(message);
    expect(await room.deliver(message)).toBe('alreadyDone');
    expect(server.requests).toHaveLength(1);
  });

  test('before the record, the attempt is made again with the same webhook-id', async () => {
    const { server, id } = await subscriber();
    await room.fanOut(callEvent('started'));
    const [message = never()] = room.queue.takeDeliveries();
    const killed = createRelayRoom(storage.tables, {
      ...room.ports,
      journal: { ...room.journal, write: () => Promise.reject(new Error('killed')) },
    });
    await expect(killed.deliver(message)).rejects.toThrow('killed');
    killed.close();
    expect(await room.deliver(message)).toBe('delivered');
    expect(eventIds(server)).toEqual(['call-1-started', 'call-1-started']);
    expect(await room.journal.counts(id)).toMatchObject({ attempts: 1, delivered: 1 });
  });

  test.each([
    ['delivered', { status: 204 }, undefined],
    ['to be made again', { status: 500 }, 2],
  ] as const)(
    'between the record of an attempt, %s, and how far its event has come by it, no second one is made',
    async (_case, answer, nextAttempt) => {
      const { server, id } = await subscriber(always(answer));
      await room.fanOut(callEvent('started'));
      const [message = never()] = room.queue.takeDeliveries();
      const dying = createRelayRoom(
        { client: async (name) => withoutSteps(await storage.tables.client(name)) },
        { subscriptions: room.ports.subscriptions, attempt: room.ports.attempt, queue: room.queue },
      );
      await expect(dying.deliver(message, true)).rejects.toThrow('killed');
      dying.close();
      expect(await room.deliver(message)).toBe('alreadyDone');
      expect(await room.deliver(message)).toBe('alreadyDone');
      expect([server.requests.length, await room.journal.counts(id)]).toMatchObject([1, { attempts: 1 }]);
      expect((await room.journal.read(message.event.subject))(id)).toMatchObject([
        { attempt: 1, state: nextAttempt === undefined ? 'settled' : 'pending' },
      ]);
      await room.clock.advance(1000);
      expect(room.queue.takeDeliveries().map(({ attempt }) => attempt)).toEqual(
        nextAttempt === undefined ? [] : [nextAttempt],
      );
    },
  );

  test('and while its subscriber takes nothing, or the tables, the attempt that was recorded is not made once more', async () => {
    const { server, id } = await subscriber();
    await room.fanOut(callEvent('started'));
    const [message = never()] = room.queue.takeDeliveries();
    const dying = createRelayRoom(
      { client: async (name) => withoutSteps(await storage.tables.client(name)) },
      { subscriptions: room.ports.subscriptions, attempt: room.ports.attempt, queue: room.queue },
    );
    await expect(dying.deliver(message, true)).rejects.toThrow('killed');
    dying.close();
    const admission = await room.ports.gate.enter((await room.ports.subscriptions.find(id)) ?? never());
    if (admission.admitted) admission.leave({ succeeded: undefined, restMs: 3000 });
    const cutOff = createRelayRoom(storage.tables, {
      ...room.ports,
      journal: {
        ...room.journal,
        read: () => Promise.reject(new RelayError('storageUnavailable', 'The tables do not answer.')),
      },
    });
    expect(await cutOff.deliver(message)).toBe('deferred');
    cutOff.close();
    expect(await room.deliver(message)).toBe('alreadyDone');
    await room.drain();
    expect([server.requests.length, await room.journal.counts(id)]).toMatchObject([1, { attempts: 1, delivered: 1 }]);
  });

  test('a fan-out that runs again changes nothing', async () => {
    const { server } = await subscriber();
    await room.fanOut(callEvent('started'));
    await room.drain();
    await room.fanOut(callEvent('started'));
    await room.drain();
    expect(server.requests).toHaveLength(1);
  });
});

test('while tables cannot be read, a message is put off and not lost', async () => {
  const { server } = await subscriber();
  await room.fanOut(callEvent('started'));
  const [message = never()] = room.queue.takeDeliveries();
  const unavailable = Object.assign(new Error(), { code: 'storageUnavailable' });
  const blind = createRelayRoom(storage.tables, {
    ...room.ports,
    journal: {
      ...room.journal,
      read: () => Promise.reject(new RelayError('storageUnavailable', 'down', { cause: unavailable })),
    },
  });
  expect(await blind.deliver(message)).toBe('deferred');
  blind.close();
  await room.drain();
  expect(server.requests).toHaveLength(1);
});

test('a subscription that was deleted meanwhile is sent nothing, and that is logged', async () => {
  const { server, id } = await subscriber();
  await room.fanOut(callEvent('started'));
  await room.manage.remove(id);
  expect(await room.pump()).toEqual(['disabled']);
  expect(server.requests).toEqual([]);
  expect((await room.journal.page(id, { limit: 1 })).entries).toMatchObject([
    { reason: 'the subscription was deleted' },
  ]);
});

test('what comes after the ring is not sent', async () => {
  const { server } = await subscriber();
  await room.fanOut(callEvent('started'));
  await room.clock.advance(ringMs);
  expect(await room.pump()).toEqual(['expired']);
  expect(server.requests).toEqual([]);
});

function never(): never {
  throw new Error('a message is due');
}

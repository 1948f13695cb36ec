import type { ServerResponse } from 'node:http';
import { createDeliveryJournal } from '../../../shared/storage/deliveryJournal';
import { createSubscriberGate } from '../../../shared/webhooks/subscriberGate';
import { createRelayRoom, type RelayRoom } from '../../support/relayRoom';
import {
  startSubscriber,
  type ReceivedRequest,
  type SubscriberAnswer,
  type SubscriberServer,
} from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

/** Order under failing and slow answers, with two instances at work on messages that the queue hands out in any order. */

let storage: TestTables;
beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

/** Answers that a bad day gives: fails, resets, throttles, or takes its time. */
function badDay(random: () => number): () => SubscriberAnswer {
  return () => {
    const chance = random();
    if (chance < 0.25) return { status: 500 };
    if (chance < 0.35) return 'reset';
    if (chance < 0.45) return { status: 429, headers: { 'retry-after': String(Math.floor(random() * 4)) } };
    if (chance < 0.7) {
      return (response) => {
        let turns = Math.floor(random() * 60);
        const later = (): void => {
          if (turns-- > 0) setImmediate(later);
          else response.writeHead(200).end();
        };
        later();
      };
    }
    return { status: 200 };
  };
}

/** The calls whose end came before a beginning, in the order in which requests arrived. */
function endedBeforeBegun(requests: readonly ReceivedRequest[]): string[] {
  const ended = new Set<string>();
  const wrong: string[] = [];
  for (const { headers } of requests) {
    const [, call = '', event] = /^(call-\d+)-(\w+)$/.exec(String(headers['webhook-id'])) ?? [];
    if (event === 'completed') ended.add(call);
    else if (ended.has(call)) wrong.push(call);
  }
  return wrong;
}

/** Closed after each test, whatever became of it. */
const closing: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((one) => one.close()));
  await storage.empty('subscriptions', 'deliveries', 'deliveryOrder', 'deliveryEvents');
});

function open(ports: Parameters<typeof createRelayRoom>[1] = {}, changes: typeof ports = {}): RelayRoom {
  const room = createRelayRoom(storage.tables, { ...ports, ...changes });
  closing.push(room);
  return room;
}

async function subscriber(answer?: Parameters<typeof startSubscriber>[0]): Promise<SubscriberServer> {
  const server = await startSubscriber(answer);
  closing.push(server);
  return server;
}

const eventIds = ({ requests }: SubscriberServer) => requests.map(({ headers }) => headers['webhook-id']);
const CALLS = 6;

test.each([1, 2, 3])('no subscriber sees the end of a call before anything else of it (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const here = open();
  const there = open(here.ports, { gate: createSubscriberGate(here.clock) });
  const servers = [
    await subscriber(badDay(random)),
    await subscriber(badDay(random)),
    await subscriber(badDay(random)),
  ];
  for (const { url } of servers) await here.subscribe(url);
  const events = Array.from({ length: CALLS }, (_, call) =>
    (['started', 'updated', 'completed'] as const).map((event) => callEvent(event, { call })),
  ).flat();

  // Fan-outs overlap each other and the deliveries, as on a bus without sessions; one in five comes again, to either host.
  const host = () => (random() < 0.5 ? here : there);
  const pump = () => Promise.all(shuffled(here.queue.take(), random).map((message) => host().take(message, true)));
  const fanOut = async (event: (typeof events)[number]): Promise<void> => {
    await host().fanOut(event);
    if (random() < 0.2) await host().fanOut(event, false);
  };
  await Promise.all([...shuffled(events, random).map(fanOut), pump(), pump()]);
  do {
    await here.clock.advance(Math.max(0, (here.queue.nextAtMs() ?? 0) - here.clock.now()));
    await pump();
  } while (here.queue.nextAtMs() !== undefined);

  for (const { requests } of servers) expect(endedBeforeBegun(requests)).toEqual([]);
  for (const { id } of await here.manage.list()) {
    const { delivered, expired, dead, disabled } = await here.journal.counts(id);
    expect([delivered + expired, dead + disabled]).toEqual([events.length, 0]);
  }
});

describe('when a call’s end is delivered while its beginning is still being fanned out', () => {
  /** Runs `between` at one moment of the delivery of the end, then goes on. */
  async function deliverEnd(
    moment: 'read' | 'begin',
    between: (room: RelayRoom) => Promise<unknown>,
  ): Promise<{ room: RelayRoom; server: SubscriberServer }> {
    const room = open();
    const server = await subscriber();
    await room.subscribe(server.url);
    await room.fanOut(callEvent('completed'));
    let once = async (): Promise<void> => {
      once = () => Promise.resolve();
      await between(room);
    };
    const { journal } = room;
    const slow = open(room.ports, {
      journal: {
        ...journal,
        async read(subject: string) {
          const rows = await journal.read(subject);
          if (moment === 'read') await once();
          return rows;
        },
        async begin(event: Parameters<typeof journal.begin>[0], id: string) {
          if (moment === 'begin') await once();
          await journal.begin(event, id);
        },
      },
    });
    await Promise.all(room.queue.takeDeliveries().map((message) => slow.deliver(message, true)));
    await room.drain();
    return { room, server };
  }

  test('and the beginning comes up after the end has looked: the end goes alone', async () => {
    const { server } = await deliverEnd('read', (room) => room.fanOut(callEvent('started')));
    expect(eventIds(server)).toEqual(['call-1-completed']);
  });

  test('and the beginning is sent before the end has announced itself: both come, in order', async () => {
    const { server } = await deliverEnd('begin', async (room) => {
      await room.fanOut(callEvent('started'));
      await room.pump();
    });
    expect(eventIds(server)).toEqual(['call-1-started', 'call-1-completed']);
  });
});

test('an end does not wait for another call’s beginning', async () => {
  const room = open();
  const server = await subscriber(({ headers }) =>
    headers['webhook-id'] === 'call-1-started' ? { status: 500 } : { status: 200 },
  );
  await room.subscribe(server.url);
  for (const event of [
    callEvent('started', { call: 1 }),
    callEvent('completed', { call: 1 }),
    callEvent('started', { call: 2 }),
    callEvent('completed', { call: 2 }),
  ])
    await room.fanOut(event);
  await room.drain(ringStartMs + 3000);
  expect(eventIds(server)).toEqual(expect.arrayContaining(['call-2-started', 'call-2-completed']));
  expect(eventIds(server)).not.toContain('call-1-completed');
  await room.drain();
  expect(eventIds(server).at(-1)).toBe('call-1-completed');
});

test('what comes while the beginning is on its way in the same process goes right after it, without a detour over the bus', async () => {
  const room = open();
  const answers: (() => void)[] = [];
  const server = await subscriber(() => (response) => void answers.push(() => response.writeHead(200).end()));
  await room.subscribe(server.url);
  await room.fanOut(callEvent('started'));
  await room.fanOut(callEvent('updated'));
  const delivering = room.pump();
  await server.received(1);
  answers[0]?.();
  await server.received(2);
  answers[1]?.();
  expect(await delivering).toEqual(['delivered', 'delivered']);
  expect(eventIds(server)).toEqual(['call-1-started', 'call-1-updated']);
});

test('a call’s beginning is sent without a look at the tables, the first time', async () => {
  const room = open();
  const server = await subscriber();
  await room.subscribe(server.url);
  await room.fanOut(callEvent('started'));
  const looks: string[] = [];
  const watched = open(room.ports, {
    journal: {
      ...room.journal,
      read(subject: string) {
        looks.push(subject);
        return room.journal.read(subject);
      },
    },
  });
  const [message] = room.queue.takeDeliveries();
  if (message === undefined) throw new Error('nothing was fanned out');
  expect(await watched.deliver(message, true)).toBe('delivered');
  expect(looks).toEqual([]);
  expect(await watched.deliver(message, false)).toBe('alreadyDone');
  expect([looks, eventIds(server)]).toEqual([['call-1'], ['call-1-started']]);
});

test('an end whose beginning is fanned out too late goes first, and the beginning is not sent at all', async () => {
  const room = open();
  const server = await subscriber();
  const { id } = await room.subscribe(server.url);
  await room.fanOut(callEvent('completed'));
  await room.drain();
  await room.fanOut(callEvent('started'));
  await room.drain();
  expect(eventIds(server)).toEqual(['call-1-completed']);
  expect((await room.journal.page(id, { limit: 10 })).entries).toContainEqual(
    expect.objectContaining({
      eventId: 'call-1-started',
      outcome: 'expired',
      reason: 'the end of the call has been sent already',
    }),
  );
});

describe('where entries of the log wait for each other', () => {
  /** A room whose entries wait, the subscriber's answers to be given by the test, and a call's first and last delivery. */
  async function gathering() {
    const room = open();
    const slow = open(room.ports, { journal: createDeliveryJournal(storage.tables, { clock: room.clock }) });
    const responses: ServerResponse[] = [];
    const server = await subscriber(() => (response) => void responses.push(response));
    await room.subscribe(server.url);
    const deliver = async (event: 'started' | 'completed') => {
      await room.fanOut(callEvent(event));
      const [message] = room.queue.takeDeliveries();
      if (message === undefined) throw new Error('nothing was fanned out');
      return slow.deliver(message, true);
    };
    const answer = async (nth: number): Promise<void> => {
      await server.received(nth);
      responses[nth - 1]?.writeHead(204).end();
    };
    return { room, server, deliver, answer };
  }

  test('one that the next event waits for is written at once', async () => {
    const { room, server, deliver, answer } = await gathering();
    const started = deliver('started');
    await server.received(1);
    const completed = deliver('completed');
    await room.clock.asleep((ms) => ms === 500);
    await answer(1);
    expect(await started).toBe('delivered');
    await answer(2);
    expect(await room.clock.advanceUntil(completed, 50)).toBe('delivered');
    expect(eventIds(server)).toEqual(['call-1-started', 'call-1-completed']);
  });

  test('one that waits already is written when the next event comes', async () => {
    const { room, server, deliver, answer } = await gathering();
    const started = deliver('started');
    await answer(1);
    await room.clock.asleep((ms) => ms === 250);
    const completed = deliver('completed');
    expect(await started).toBe('delivered');
    await answer(2);
    expect(await room.clock.advanceUntil(completed, 50)).toBe('delivered');
    expect(eventIds(server)).toEqual(['call-1-started', 'call-1-completed']);
  });
});

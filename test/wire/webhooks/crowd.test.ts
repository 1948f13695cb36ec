import { createRelayRoom, type RelayRoom } from '../../support/relayRoom';
import { startSubscriber, type SubscriberAnswer, type SubscriberServer } from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent } from '../../support/webhookEvents';

const CALLS = 3;

/** Half of them healthy, the others bad in their ways. */
const answers: Readonly<Record<string, SubscriberAnswer>> = {
  healthy: { status: 204 },
  fails: { status: 500 },
  throttles: { status: 429, headers: { 'retry-after': '2' } },
  gone: { status: 410 },
  refuses: { status: 403 },
  redirects: { status: 302, headers: { location: 'http://10.0.0.1/' } },
  resets: 'reset',
};

let storage: TestTables;
let room: RelayRoom;
let servers: readonly SubscriberServer[];
let ids: ReadonlyMap<string, string>;

beforeAll(async () => {
  storage = await startTestTables();
  room = createRelayRoom(storage.tables);
  const started = await Promise.all(
    Object.entries(answers).map(async ([name, answer]) => ({ name, server: await startSubscriber(() => answer) })),
  );
  servers = started.map(({ server }) => server);
  const made = new Map<string, string>();
  for (const { name, server } of started) made.set(name, (await room.subscribe(server.url)).id);
  ids = made;
  for (let call = 1; call <= CALLS; call += 1) {
    await room.fanOut(callEvent('started', { call }));
    await room.pump();
    await room.fanOut(callEvent('completed', { call }));
  }
  await room.drain();
}, 60_000);
afterAll(async () => {
  room.close();
  await Promise.all(servers.map((server) => server.close()));
  await storage.close();
});

test('after three days nothing is pending: every delivery has ended, with its reason, and the counts add up', async () => {
  expect(room.queue.nextAtMs()).toBeUndefined();
  const ends: Record<string, unknown> = {};
  for (const [name, id] of ids) {
    const { entries } = await room.journal.page(id, { limit: 1000 });
    const latest = [...new Map(entries.map((entry) => [entry.eventId, entry])).values()];
    for (const { outcome, reason } of latest) expect(outcome === 'delivered' || reason !== undefined).toBe(true);
    const { attempts, delivered, expired, dead, disabled } = await room.journal.counts(id);
    expect(attempts).toBe(entries.filter(({ attempted }) => attempted).length);
    expect(delivered + expired + dead + disabled).toBe(latest.length);
    ends[name] = { delivered, expired, dead, disabled };
  }
  expect(ends).toEqual({
    healthy: { delivered: 2 * CALLS, expired: 0, dead: 0, disabled: 0 },
    fails: { delivered: 0, expired: CALLS, dead: CALLS, disabled: 0 },
    throttles: { delivered: 0, expired: CALLS, dead: CALLS, disabled: 0 },
    gone: { delivered: 0, expired: 0, dead: 0, disabled: 1 },
    // Five attempts fit into a ring.
    refuses: { delivered: 0, expired: 0, dead: 2 * CALLS, disabled: 0 },
    redirects: { delivered: 0, expired: CALLS, dead: CALLS, disabled: 0 },
    resets: { delivered: 0, expired: CALLS, dead: CALLS, disabled: 0 },
  });
});

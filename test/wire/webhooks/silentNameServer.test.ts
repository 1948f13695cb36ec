import { createSocket, type Socket } from 'node:dgram';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import type { SubscriptionStore } from '../../../shared/webhooks/subscriptions/subscriptionStore';
import { readQuestion, toReply, TYPE_A } from '../../support/dnsMessages';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';
import { createSubscriptionApiOn, type SubscriptionApi } from '../../support/subscriptionApi';

/** Each route that asks something of a subscriber's URL answers within so long, whatever is silent. */
const ROUTE_MS = 8_000;
/** Within the 4 s that a lookup takes at most. */
const SLOW_NAME_MS = 3_750;

let clock: FakeClock;
let api: SubscriptionApi;
let nameServer: Socket;
let silentReceiver: SubscriberServer;

beforeEach(async () => {
  clock = createFakeClock();
  silentReceiver = await startSubscriber(() => 'hang');
  nameServer = createSocket('udp4').on('message', (query, { port, address }) => {
    const { name, type, end } = readQuestion(query);
    if (!name.startsWith('slow')) return;
    const reply = toReply(query, end, type, type === TYPE_A ? ['127.0.0.1'] : []);
    void clock.sleep(SLOW_NAME_MS).then(() => nameServer.send(reply, port, address));
  });
  await new Promise<void>((resolve) => nameServer.bind(0, '127.0.0.1', resolve));
  const names = createNameResolver({
    clock,
    servers: [`127.0.0.1:${nameServer.address().port}`],
    lookup: () => new Promise(() => undefined),
    hostNames: () => new Set(),
  });
  // Of the names that the system is asked for, all others wait for these two.
  for (const name of ['one', 'two']) void names.resolve(name);
  api = createSubscriptionApiOn(createMemoryStore, { clock, names });
});
afterEach(async () => {
  api.close();
  nameServer.close();
  await silentReceiver.close();
});

const silent = () => ({ url: 'https://silent.example/hooks', reason: /its name server does not respond/ });
const waiting = () => ({ url: 'https://waiting/hooks', reason: /no answer within 4 seconds|other names were being/ });
const slow = () => ({ url: `http://slow.example:${silentReceiver.port}/hooks`, reason: /no response: timeout/ });

/** What is asked, once everything is there that it needs. */
const routes: Readonly<Record<string, (url: string) => Promise<() => Promise<unknown>>>> = {
  'POST /webhook-subscriptions': (url) => Promise.resolve(() => api.create({ url, handshake: 'warn' }, 'key:1')),
  'POST /webhook-subscriptions that requires consent': (url) =>
    Promise.resolve(() => api.create({ url, handshake: 'require' }, 'key:1')),
  'PATCH /webhook-subscriptions/{id}': async (url) => {
    const { id } = await api.subscribe('https://127.0.0.1/');
    return () => api.change(id, { url, handshake: 'warn' });
  },
  'POST /webhook-subscriptions/{id}/test': async (url) => {
    const { id } = await clock.advanceUntil(api.subscribe(url), 250);
    // A failure of its name is remembered for 5 s.
    await clock.advance(5_000);
    return () => api.test(id);
  },
  'POST /connector/triggers/…': (url) =>
    Promise.resolve(() => api.createForFlow({ url, description: '', filters: {} }, 'key:1')),
};

test.each(
  Object.keys(routes).flatMap((route) => [
    [route, 'a name server that is silent', silent] as const,
    [route, 'lookups that the system does not end', waiting] as const,
    // The connector asks for no consent, so that it hears nothing of a receiver.
    ...(route.startsWith('POST /connector')
      ? []
      : [[route, 'a slow name of a receiver that is silent', slow] as const]),
  ]),
)('%s answers within 8 s beside %s, and says why', async (route, _what, target) => {
  const { url, reason } = target();
  const ask = await routes[route]?.(url);
  const startedMs = clock.now();
  const answered = ask?.().catch((error: unknown) => (error instanceof Error ? error.message : error));
  const answer = await clock.advanceUntil(answered ?? Promise.resolve(), 250);
  expect(clock.now() - startedMs).toBeLessThanOrEqual(ROUTE_MS);
  expect(JSON.stringify(answer)).toMatch(reason);
});

/** Subscriptions of one instance, without tables. */
function createMemoryStore(): SubscriptionStore {
  const stored = new Map<string, Subscription>();
  return {
    list: () => Promise.resolve([...stored.values()]),
    find: (id) => Promise.resolve(stored.get(id)),
    insert(decide) {
      const made = decide([...stored.values()]);
      if (made !== undefined) stored.set(made.id, made);
      return Promise.resolve();
    },
    update(id, change) {
      const current = stored.get(id);
      const changed = current && change(current);
      if (changed !== undefined) stored.set(id, changed);
      return Promise.resolve(changed ?? current);
    },
    remove: (id) => Promise.resolve(void stored.delete(id)),
    usesContexts: () => Promise.resolve(false),
    noteContext: () => Promise.resolve(),
  };
}

import { randomBytes } from 'node:crypto';
import { createSubscriptionApi, type SubscriptionApi } from '../../support/subscriptionApi';
import { startTestTables, type TestTables } from '../../support/testTables';

let storage: TestTables;
let api: SubscriptionApi;
let other: SubscriptionApi;

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => {
  const encryptionKey = randomBytes(32).toString('base64');
  api = createSubscriptionApi(storage.tables, { encryptionKey });
  other = createSubscriptionApi(storage.tables, { encryptionKey, clock: api.clock });
});
afterEach(async () => {
  api.close();
  other.close();
  await storage.empty('subscriptions');
});

const url = 'https://receiver.example/hooks/1?sig=secret';
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const body = { url, handshake: 'skip', filters: { kinds: ['audioVideo', 'phoneAudio'] } };

test('the same URL, format and filters are the same subscription, given back without its secret', async () => {
  const first = await api.create(body, 'key:1');
  const again = await api.create({ ...body, filters: { kinds: ['phoneAudio', 'audioVideo'] } }, 'key:2');
  expect(again).toEqual({
    isNew: false,
    subscription: first.subscription,
    warnings: [expect.stringContaining('exists already')],
  });
  expect(await api.list()).toHaveLength(1);
});

test('one that is paused is said to be so', async () => {
  const { subscription } = await api.create(body, 'key:1');
  await api.change(subscription.id, { state: 'paused' });
  expect((await api.create(body, 'key:1')).warnings).toEqual([expect.stringContaining('exists already and is paused')]);
});

test.each<[string, object]>([
  ['another URL', { url: `${url}x` }],
  ['another path behind the same shown form', { url: 'https://receiver.example/hooks/2?sig=secret' }],
  ['another format', { format: 'flat' }],
  ['other filters', { filters: {} }],
  ['another secret', { secret }],
  ['allowDuplicate', { allowDuplicate: true }],
])('%s is another subscription', async (_what, change) => {
  const first = await api.create(body, 'key:1');
  const second = await api.create({ ...body, ...change }, 'key:1');
  expect(second.isNew).toBe(true);
  expect(second.subscription.id).not.toBe(first.subscription.id);
});

test('the secret that it has is no other secret', async () => {
  const first = await api.create({ ...body, secret }, 'key:1');
  expect(await api.create({ ...body, secret }, 'key:1')).toMatchObject({
    isNew: false,
    subscription: { id: first.subscription.id },
  });
});

describe('with an Idempotency-Key', () => {
  test('the same request again is given the same subscription and secret', async () => {
    const first = await api.create(body, 'key:1', 'one');
    const again = await other.create(body, 'key:1', 'one');
    expect(again).toMatchObject({ isNew: true, secret: first.secret, subscription: first.subscription });
    await api.rotateSecret(first.subscription.id, {});
    expect((await other.create(body, 'key:1', 'one')).secret).toBe(first.secret);
  });

  test('another body is refused', async () => {
    await api.create(body, 'key:1', 'one');
    await expect(api.create({ ...body, format: 'flat' }, 'key:1', 'one')).rejects.toMatchObject({
      code: 'idempotencyKeyReused',
    });
  });

  test('it holds for 24 hours', async () => {
    const first = await api.create({ ...body, allowDuplicate: true }, 'key:1', 'one');
    await api.clock.advance(24 * 3_600_000);
    const next = await api.create({ ...body, allowDuplicate: true }, 'key:1', 'one');
    expect(next.subscription.id).not.toBe(first.subscription.id);
  });
});

test.each<[string, object, string | undefined]>([
  ['without a key', body, undefined],
  ['with a key', { ...body, allowDuplicate: true }, 'one'],
])('forty creations at once by two instances, %s, make one subscription', async (_what, request, key) => {
  const creations = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? api : other).create(request, 'key:1', key));
  const created = await Promise.all(creations);
  expect(new Set(created.map(({ subscription }) => subscription.id)).size).toBe(1);
  const secrets = new Set(created.flatMap((one) => one.secret ?? []));
  expect(secrets.size).toBe(1);
  expect(created.filter((one) => one.secret !== undefined)).toHaveLength(key === undefined ? 1 : 40);
  const lines = [...api.log.lines, ...other.log.lines];
  expect(lines.filter(({ event }) => event === 'subscriptionCreated')).toHaveLength(1);
  await api.clock.advance(4000);
  expect(await api.list()).toHaveLength(1);
});

test('creations of different subscriptions at once are all kept', async () => {
  const creations = Array.from({ length: 12 }, (_, n) =>
    (n % 2 === 0 ? api : other).create({ ...body, url: `${url}&n=${n}` }, 'key:1'),
  );
  await Promise.all(creations);
  await api.clock.advance(4000);
  expect(await api.list()).toHaveLength(12);
});

describe('a flow that registers its callback URL again', () => {
  const flow = { url, description: 'When a call rings', filters: { direction: 'incoming' } };

  test('keeps its subscription, with what it asks for now, active', async () => {
    const first = await api.createForFlow(flow, 'key:1');
    expect(first).toMatchObject({ isNew: true, subscription: { format: 'flat', handshake: 'skip' } });
    await api.change(first.subscription.id, { state: 'paused' });
    const again = await api.createForFlow({ ...flow, filters: { direction: 'outgoing' } }, 'key:1');
    expect(again).toMatchObject({
      isNew: false,
      subscription: { id: first.subscription.id, state: 'active', filters: { direction: 'outgoing' } },
    });
    expect(await api.list()).toHaveLength(1);
  });
});

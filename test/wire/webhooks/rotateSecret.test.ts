import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { createSubscriptionApi, type SubscriptionApi } from '../../support/subscriptionApi';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';

let storage: TestTables;
let api: SubscriptionApi;
let server: SubscriberServer;

const HOUR_MS = 3_600_000;

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(async () => {
  api = createSubscriptionApi(storage.tables);
  server = await startSubscriber();
});
afterEach(async () => {
  api.close();
  await server.close();
  await storage.empty('subscriptions');
});

const own = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

/** Whether each secret verifies the event that is sent now, by the library that receivers use. */
async function verifies(id: string, ...secrets: string[]): Promise<boolean[]> {
  await api.test(id);
  const request = server.requests.at(-1);
  const headers = request?.headers as Record<string, string>;
  // The library compares with the time of this machine.
  jest.useFakeTimers({ now: api.clock.now(), doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] });
  try {
    return secrets.map((secret) => {
      try {
        new Webhook(secret).verify(request?.body ?? '', headers);
        return true;
      } catch {
        return false;
      }
    });
  } finally {
    jest.useRealTimers();
  }
}

const rotationsLogged = (): number => api.log.lines.filter(({ event }) => event === 'subscriptionSecretRotated').length;

test('each earlier secret signs for 24 hours after it was replaced', async () => {
  const { id, secret: first } = await api.subscribe(server.url);
  const { secret: second, subscription } = await api.rotateSecret(id, {});
  expect(subscription.earlierSecretsUntil).toEqual(['2026-01-16T12:00:00.000Z']);
  await api.clock.advance(12 * HOUR_MS);
  const { secret: third } = await api.rotateSecret(id, {});
  expect(await verifies(id, first, second, third)).toEqual([true, true, true]);
  await api.clock.advance(12 * HOUR_MS);
  expect(await verifies(id, first, second, third)).toEqual([false, true, true]);
  expect((await api.get(id)).earlierSecretsUntil).toEqual(['2026-01-17T00:00:00.000Z']);
  await api.clock.advance(12 * HOUR_MS);
  expect(await verifies(id, first, second, third)).toEqual([false, false, true]);
});

test.each([null, undefined, [], 'secret'])('a body %j is none', async (body) => {
  const { id } = await api.subscribe(server.url);
  await expect(api.rotateSecret(id, body)).rejects.toMatchObject({ code: 'requestInvalid' });
});

test('the secret that there is changes nothing', async () => {
  const { id, secret } = await api.subscribe(server.url);
  await api.rotateSecret(id, { secret: own(7) });
  await api.rotateSecret(id, { secret: own(7) });
  const { subscription } = await api.rotateSecret(id, { secret: own(7) }, 'key:1', 'one');
  expect(subscription.earlierSecretsUntil).toHaveLength(1);
  expect(rotationsLogged()).toBe(1);
  expect(await verifies(id, secret, own(7))).toEqual([true, true]);
});

test('an earlier secret can be made the first again', async () => {
  const { id, secret } = await api.subscribe(server.url);
  await api.rotateSecret(id, { secret: own(7) });
  const { subscription } = await api.rotateSecret(id, { secret });
  expect(subscription.earlierSecretsUntil).toHaveLength(1);
  expect(await verifies(id, secret, own(7))).toEqual([true, true]);
});

test('four earlier secrets are the most; the fifth rotation is refused until one has ended', async () => {
  const { id } = await api.subscribe(server.url);
  for (let count = 0; count < 4; count += 1) await api.rotateSecret(id, {});
  await expect(api.rotateSecret(id, {})).rejects.toMatchObject({
    code: 'tooManySecrets',
    message: expect.stringContaining('the first of them ends at 2026-01-16T12:00:00.000Z'),
  });
  await api.clock.advance(24 * HOUR_MS);
  await api.rotateSecret(id, {});
});

describe('with an Idempotency-Key', () => {
  test('the same request again is given the same secret, which has changed nothing', async () => {
    const { id, secret } = await api.subscribe(server.url);
    const first = await api.rotateSecret(id, {}, 'key:1', 'one');
    expect(await api.rotateSecret(id, {}, 'key:1', 'one')).toEqual(first);
    expect(await verifies(id, secret, first.secret)).toEqual([true, true]);
    expect(rotationsLogged()).toBe(1);
    expect(first.subscription.earlierSecretsUntil).toHaveLength(1);
  });

  test('another body is refused; another caller, another key and the next day are other requests', async () => {
    const { id } = await api.subscribe(server.url);
    const { secret } = await api.rotateSecret(id, {}, 'key:1', 'one');
    await expect(api.rotateSecret(id, { secret: own(1) }, 'key:1', 'one')).rejects.toMatchObject({
      code: 'idempotencyKeyReused',
    });
    expect((await api.rotateSecret(id, {}, 'key:2', 'one')).secret).not.toBe(secret);
    await api.clock.advance(24 * HOUR_MS);
    expect((await api.rotateSecret(id, {}, 'key:2', 'one')).secret).not.toBe(secret);
  });
});

describe('forty rotations at once by two instances', () => {
  /** What each of them came to. */
  async function rotateAtOnce(idempotencyKey?: string) {
    const encryptionKey = randomBytes(32).toString('base64');
    const { clock } = api;
    const there = createSubscriptionApi(storage.tables, { clock, encryptionKey });
    api.close();
    api = createSubscriptionApi(storage.tables, { clock, encryptionKey });
    const { id, secret } = await api.subscribe(server.url);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? api : there).rotateSecret(id, {}, 'key:1', idempotencyKey)),
    );
    there.close();
    await clock.advance(4000);
    return {
      id,
      secret,
      given: results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.secret] : [])),
      refused: results.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as { readonly code: string }).code] : [],
      ),
    };
  }

  test('without a key: four succeed, and each secret that was given signs', async () => {
    const { id, secret, given, refused } = await rotateAtOnce();
    expect(given).toHaveLength(4);
    expect(new Set(refused)).toEqual(new Set(['tooManySecrets']));
    expect(await verifies(id, secret, ...given)).toEqual([true, true, true, true, true]);
  });

  test('with one key: all are given the same secret, which signs beside the one before', async () => {
    const { id, secret, given, refused } = await rotateAtOnce('one');
    expect([given.length, new Set(given).size, refused]).toEqual([40, 1, []]);
    expect(await verifies(id, secret, given[0] ?? '')).toEqual([true, true]);
    expect((await api.get(id)).earlierSecretsUntil).toHaveLength(1);
  });
});

describe('RELAY_ENCRYPTION_KEY', () => {
  const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

  test('after a rotation under a new key in front, the old key is needed no more, but for the earlier secrets', async () => {
    const before = createSubscriptionApi(storage.tables, { encryptionKey: older });
    const { id } = await before.subscribe(`${server.url}/secret`, { headers: { 'x-key': 'k3y' } });
    const both = createSubscriptionApi(storage.tables, { encryptionKey: `${newer},${older}` });
    await both.rotateSecret(id, {});
    const after = createSubscriptionApi(storage.tables, { encryptionKey: newer });
    expect(await after.test(id)).toMatchObject({ delivered: true });
    expect(server.requests.at(-1)).toMatchObject({ target: '/hooks/secret', headers: { 'x-key': 'k3y' } });
    for (const one of [before, both, after]) one.close();
  });

  test('without the key that encrypted a subscription it is listed and cannot be sent to, and the error says what to do', async () => {
    const before = createSubscriptionApi(storage.tables, { encryptionKey: older });
    const { id } = await before.subscribe(server.url);
    const after = createSubscriptionApi(storage.tables, { encryptionKey: newer });
    expect(await after.list()).toMatchObject([
      { id, problem: expect.stringContaining('RELAY_ENCRYPTION_KEY lacks the key') },
    ]);
    expect(await after.get(id)).toHaveProperty('problem');
    expect(await before.get(id)).not.toHaveProperty('problem');
    await expect(after.test(id)).rejects.toMatchObject({
      code: 'settingsInvalid',
      message: expect.stringContaining('RELAY_ENCRYPTION_KEY lacks the key'),
    });
    for (const one of [before, after]) one.close();
  });
});

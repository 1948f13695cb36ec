import { createSubscriptionStore } from '../../../shared/storage/subscriptionStore';
import type { Tables } from '../../../shared/storage/tables';
import { RelayError } from '../../../shared/errors/relayError';
import { createFakeClock } from '../../support/fakeClock';
import { createRecordingLog } from '../../support/recordingLog';
import { startTestTables, type TestTables } from '../../support/testTables';
import { sampleSubscription } from '../../support/webhookEvents';

let storage: TestTables;
beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
afterEach(() => storage.empty('subscriptions'));

/** Two instances of the product, on one clock. */
function twoInstances() {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const instance = (tables: Tables = storage.tables) => createSubscriptionStore(tables, clock, log);
  return { clock, log, here: instance(), there: instance(), instance };
}

const long = sampleSubscription({
  id: 'sub_long',
  encrypted: 'x:y',
  shownUrl: `https://receiver.example/${'ü%/+'.repeat(500)}/REDACTED`,
  headerNames: ['x-api-key'],
  maxPerMinute: 60,
  description: 'Grüße 📞',
  filters: { accounts: ['sip:reception@contoso.com'], outcomeResults: ['missed'] },
  state: { name: 'disabled', atMs: 5, reason: 'responded 410' },
  earlierSecretsUntilMs: [9],
});

test('gives back what it was given', async () => {
  const { here } = twoInstances();
  await here.insert(() => long);
  expect(await here.find('sub_long')).toEqual(long);
  expect(await here.list()).toEqual([long]);
});

test('starts with none', async () => {
  const { here } = twoInstances();
  expect(await here.list()).toEqual([]);
  expect(await here.find('sub_none')).toBeUndefined();
});

test.each(['version', 'subscriptions', '', '#', 'a/b?c', '\n', 'x'.repeat(3_000)])(
  'there is none of an id that can be none: %j',
  async (id) => {
    const { here } = twoInstances();
    expect(await here.find(id)).toBeUndefined();
    expect(await here.update(id, (one) => one)).toBeUndefined();
    await here.remove(id);
  },
);

test('a new subscription is in effect in another instance within 5 s', async () => {
  const { clock, here, there } = twoInstances();
  expect(await there.list()).toEqual([]);
  await here.insert(() => sampleSubscription());
  await clock.advance(4000);
  expect(await there.list()).toEqual([sampleSubscription()]);
});

test.each([
  [
    'changed',
    (store: ReturnType<typeof createSubscriptionStore>) =>
      store.update('sub_sample', (one) => ({ ...one, description: 'changed' })),
    [sampleSubscription({ description: 'changed' })],
  ],
  ['removed', (store: ReturnType<typeof createSubscriptionStore>) => store.remove('sub_sample'), []],
])('one that was %s is so in another instance within 5 s, and here at once', async (_what, change, expected) => {
  const { clock, here, there } = twoInstances();
  await here.insert(() => sampleSubscription());
  await there.list();
  await change(here);
  expect(await here.list()).toEqual(expected);
  await clock.advance(4000);
  expect(await there.list()).toEqual(expected);
});

test('an id that another instance has just made is found at once', async () => {
  const { here, there } = twoInstances();
  await there.list();
  await here.insert(() => sampleSubscription());
  expect(await there.find('sub_sample')).toEqual(sampleSubscription());
});

test('one that another instance has just made active is found active at once', async () => {
  const { clock, here, there } = twoInstances();
  await here.insert(() => sampleSubscription({ state: { name: 'paused', atMs: clock.now() } }));
  await there.list();
  await here.update('sub_sample', (one) => ({ ...one, state: { name: 'active' } }));
  expect(await there.find('sub_sample')).toMatchObject({ state: { name: 'active' } });
});

test('a list that was being read while a change was made here is not kept', async () => {
  const { clock, instance } = twoInstances();
  let isRead = (): void => undefined;
  let goOn = (): void => undefined;
  const read = new Promise<void>((resolve) => (isRead = resolve));
  const released = new Promise<void>((resolve) => (goOn = resolve));
  let holdsNextList = false;
  const store = instance({
    async client(name) {
      const table = await storage.tables.client(name);
      if (!holdsNextList) return table;
      holdsNextList = false;
      return new Proxy(table, {
        get(target, member) {
          if (member !== 'getEntity') return Reflect.get(target, member, target) as unknown;
          return async (...args: Parameters<typeof target.getEntity>) => {
            const version = await target.getEntity(...args);
            isRead();
            await released;
            return version;
          };
        },
      });
    },
  });
  await store.insert(() => sampleSubscription());
  await store.list();
  await clock.advance(3_500);
  holdsNextList = true;
  await store.list();
  await read;
  await store.update('sub_sample', (one) => ({ ...one, description: 'changed' }));
  goOn();
  expect(await store.list()).toMatchObject([{ description: 'changed' }]);
  expect(await store.list()).toMatchObject([{ description: 'changed' }]);
});

test('that a context was attached is known in another instance within 5 s, for a week, at one write a day', async () => {
  const { clock, here, there } = twoInstances();
  expect(await there.usesContexts()).toBe(false);
  await here.noteContext();
  expect(await here.usesContexts()).toBe(true);
  await clock.advance(4000);
  expect(await there.usesContexts()).toBe(true);
  const version = async () =>
    (await (await storage.tables.client('subscriptions')).getEntity('subscriptions', 'version')).etag;
  const written = await version();
  await there.noteContext();
  expect(await version()).toBe(written);
  await here.insert(() => sampleSubscription());
  await here.update('sub_sample', (one) => ({ ...one, description: 'changed' }));
  expect(await here.usesContexts()).toBe(true);
  await clock.advance(7 * 86_400_000);
  expect(await here.usesContexts()).toBe(false);
  const late = await version();
  await there.noteContext();
  expect(await version()).not.toBe(late);
});

test('no change is lost when many change at once', async () => {
  const { here, there } = twoInstances();
  await here.insert(() => sampleSubscription({ description: '' }));
  const stores = [here, there, here, there];
  await Promise.all(
    stores.map((store, index) =>
      store.update('sub_sample', (one) => ({ ...one, description: `${one.description ?? ''}${index}` })),
    ),
  );
  const changed = await here.find('sub_sample');
  expect(Array.from(changed?.description ?? '').sort()).toEqual(['0', '1', '2', '3']);
});

test('a change that is none writes nothing; one to an unknown id answers undefined', async () => {
  const { here } = twoInstances();
  await here.insert(() => sampleSubscription());
  expect(await here.update('sub_sample', () => undefined)).toEqual(sampleSubscription());
  expect(await here.update('sub_none', (one) => one)).toBeUndefined();
});

test('removing twice is removing once', async () => {
  const { here } = twoInstances();
  await here.insert(() => sampleSubscription());
  await here.remove('sub_sample');
  await here.remove('sub_sample');
  expect(await here.list()).toEqual([]);
});

describe('while storage cannot be reached', () => {
  const down: Tables = {
    client: () => Promise.reject(new RelayError('storageUnavailable', 'The storage account did not answer.')),
  };

  test('the list that is known is used on, and that is said', async () => {
    const { clock, log, instance } = twoInstances();
    let reachable = true;
    const store = instance({ client: (name) => (reachable ? storage.tables : down).client(name) });
    await store.insert(() => sampleSubscription());
    await store.list();
    reachable = false;
    await clock.advance(60_000);
    expect(await store.list()).toEqual([sampleSubscription()]);
    expect(log.lines).toContainEqual({ level: 'warn', event: 'subscriptionsStale', fields: { ageMs: 60_000 } });
  });

  test('it is waited for once, a second at most, until it responds', async () => {
    const { clock, instance } = twoInstances();
    let isSilent = false;
    const store = instance({
      client: (name) => (isSilent ? new Promise(() => undefined) : storage.tables.client(name)),
    });
    await store.insert(() => sampleSubscription());
    await store.list();
    isSilent = true;
    await clock.advance(60_000);
    const startMs = clock.now();
    expect(await clock.advanceUntil(store.list(), 100)).toHaveLength(1);
    expect(clock.now() - startMs).toBe(1_000);
    await clock.advance(20_000);
    const againMs = clock.now();
    expect(await store.list()).toHaveLength(1);
    expect(clock.now()).toBe(againMs);
  });

  test('one that knows none says that it is not reachable', async () => {
    await expect(twoInstances().instance(down).list()).rejects.toMatchObject({ code: 'storageUnavailable' });
  });
});

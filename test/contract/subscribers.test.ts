import { createRateSlots } from '../../shared/storage/rateSlots';
import { createSubscriberHealthStore } from '../../shared/storage/subscriberHealthStore';
import type { SubscriberHealthRow } from '../../shared/webhooks/delivery/subscriberHealth';
import { createFakeClock } from '../support/fakeClock';
import { startTestTables, type TestTables } from '../support/testTables';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => storage.empty('subscriptionHealth', 'deliveryRates'));

describe('the health of subscribers on tables', () => {
  it('has one row for each subscription, as it was written last', async () => {
    const store = createSubscriberHealthStore(storage.tables);
    const failing = {
      state: 'failing',
      failingSinceMs: 1,
      lastError: 'HTTP 503 – überlastet',
      lastErrorAtMs: 2,
      isReported: true,
    } as const;
    const healthy = { ...failing, state: 'healthy' } as const;
    await store.write('sub_a', healthy);
    await store.write('sub_b', healthy);
    await store.write('sub_a', failing);
    expect(await store.readAll()).toEqual(
      new Map<string, SubscriberHealthRow>([
        ['sub_a', failing],
        ['sub_b', healthy],
      ]),
    );
    await store.remove('sub_b');
    await store.remove('sub_b');
    expect([...(await store.readAll()).keys()]).toEqual(['sub_a']);
  });
});

describe('the free times of a subscription with a rate', () => {
  const open = () => createRateSlots(storage.tables, createFakeClock(), () => 0);
  // A sleep of 0 ms on the fake clock would wait for the test.
  const processes = (count: number) =>
    Array.from({ length: count }, () => createRateSlots(storage.tables, { sleep: () => Promise.resolve() }, () => 0));

  it('are apart by the rate, from now on, and go on from the last one taken', async () => {
    const slots = open();
    expect(await slots.reserve('sub_a', 60, 3, 10_000)).toEqual([10_000, 11_000, 12_000]);
    expect(await slots.reserve('sub_a', 60, 1, 10_500)).toEqual([13_000]);
    expect(await slots.reserve('sub_a', 60, 1, 60_000)).toEqual([60_000]);
    expect(await slots.reserve('sub_b', 60, 1, 10_500)).toEqual([10_500]);
  });

  it('are each given to one of several processes at once', async () => {
    const taken = await Promise.all(processes(5).map((slots) => slots.reserve('sub_a', 600, 2, 0)));
    expect(taken.flat().toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 10 }, (_, index) => index * 100),
    );
  });

  it('begin anew when the subscription is removed', async () => {
    const slots = open();
    await slots.reserve('sub_a', 1, 5, 0);
    await slots.remove('sub_a');
    expect(await slots.reserve('sub_a', 1, 1, 0)).toEqual([0]);
  });
});

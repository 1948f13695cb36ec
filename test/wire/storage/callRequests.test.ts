import type { DeliveryResult } from '../../../shared/invitations/record/deliveryResult';
import { createCallRecords } from '../../../shared/storage/calls/createCallRecords';
import { attemptOf, deliveryOf, recorded } from '../../contract/callRecords';
import { startCountedTables, type CountedTables } from '../../support/countedTables';
import { callEvent } from '../../support/webhookEvents';

let storage: CountedTables;
beforeAll(async () => {
  storage = await startCountedTables();
  // Tables are made at their first use: once for each process.
  await createCallRecords(storage.tables).writeRecord({ ...recorded(callEvent('started', { call: 99 })), results: [] });
});
afterAll(() => storage.close());

const results: DeliveryResult[] = [{ subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, durationMs: 1 }];

/** What `deliverEvent` keeps of an event. */
const keep = (event: ReturnType<typeof callEvent>, startedAtMs?: number) => {
  const records = createCallRecords(storage.tables);
  return storage.requestsOf(async () => {
    await records.insertEvent(recorded(event));
    await records.indexEvent({ ...recorded(event), ...(startedAtMs !== undefined && { startedAtMs }) });
    await records.writeResults(event, results);
  });
};

describe('table requests, counted on the wire', () => {
  it('are 4 for `started`', async () => {
    expect(await keep(callEvent('started'))).toEqual(['PATCH calls', 'POST calls', 'POST callsByAccount', 'PUT feed']);
  });

  it('are 3 for `updated`', async () => {
    expect(await keep(callEvent('updated'))).toEqual(['PATCH calls', 'POST calls', 'PUT feed']);
  });

  it('are 4 for a `completed` whose start is known, and 5 otherwise', async () => {
    const event = callEvent('completed');
    const writes = ['PATCH calls', 'POST calls', 'PUT callsByAccount', 'PUT feed'];
    expect(await keep(event, event.timeMs)).toEqual(writes);
    expect(await keep(event)).toEqual(['GET calls', ...writes]);
  });

  it('are 3 for a failed attempt with the reading before it', async () => {
    const records = createCallRecords(storage.tables);
    const event = callEvent('started');
    const requests = await storage.requestsOf(async () => {
      await records.readEvents(event.subject);
      await records.writeAttempt(event, attemptOf());
      await records.writeDelivery(deliveryOf(event));
    });
    expect(requests).toEqual(['GET calls', 'PUT calls', 'PUT deliveries']);
  });
});

describe('a write that the service refuses for good', () => {
  it('is storageRefused, which is never tried again', async () => {
    const event = callEvent('started', { call: 2, data: { subject: 'x'.repeat(5_000_000) } });
    const records = createCallRecords(storage.tables);
    const requests = await storage.requestsOf(() =>
      expect(records.insertEvent(recorded(event))).rejects.toMatchObject({ code: 'storageRefused', retryable: false }),
    );
    expect(requests).toHaveLength(1);
  });

  it('is the same for results that no row holds', async () => {
    const records = createCallRecords(storage.tables);
    const event = callEvent('started', { call: 3 });
    await records.insertEvent(recorded(event));
    const many = Array.from({ length: 9_000 }, (_, index) => ({
      ...(results[0] as DeliveryResult),
      subscriptionId: `sub_${String(index)}`,
      reason: 'x'.repeat(100),
    }));
    await expect(records.writeResults(event, many)).rejects.toMatchObject({ code: 'storageRefused' });
  });
});

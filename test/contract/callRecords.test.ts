import { createFeed } from '../../shared/storage/calls/createFeed';
import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { startTestTables, type TestTables } from '../support/testTables';
import { sampleInvitationEvent } from '../support/sampleEvents';
import { describeCallRecords, recorded } from './callRecords';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());

describeCallRecords('CallRecords on tables', async () => {
  await storage.empty('calls', 'callsByAccount', 'deliveries', 'feed');
  return createCallRecords(storage.tables);
});

describe('the feed on tables', () => {
  const startMs = Date.UTC(2026, 0, 15, 12);
  const none = (): boolean => false;

  it('brings what was recorded since a moment, the earliest first, and says when it could not bring all', async () => {
    await storage.empty('feed');
    const records = createCallRecords(storage.tables);
    // Over the end of a minute, which is the end of a partition.
    for (const number of [1, 2, 3, 4, 5])
      await records.indexEvent(recorded(sampleInvitationEvent(number), { recordedAtMs: startMs + number * 20_000 }));
    const feed = createFeed(storage.tables);
    const read = async (sinceMs: number, limit: number, isKnown: (key: string) => boolean = none) => {
      const { entries, isWhole } = await feed.readSince(sinceMs, { limit, isKnown });
      return { ids: entries.map(({ event }) => event.id), isWhole };
    };
    expect(await read(startMs + 40_000, 10)).toEqual({
      ids: ['event-2', 'event-3', 'event-4', 'event-5'],
      isWhole: true,
    });
    expect(await read(startMs, 2)).toEqual({ ids: ['event-4', 'event-5'], isWhole: false });
    const [fourth] = (await feed.readSince(startMs + 80_000, { limit: 10, isKnown: none })).entries;
    expect(fourth).toMatchObject({
      recordedAtMs: startMs + 80_000,
      event: { id: 'event-4', sequence: '000000000042-0004' },
    });
    // What follows a known row was read before.
    expect(await read(startMs, 2, (key) => key === fourth?.key)).toEqual({ ids: ['event-5'], isWhole: true });
  });

  it('leaves out a row that this version cannot read', async () => {
    await storage.empty('feed');
    await createCallRecords(storage.tables).indexEvent(recorded(sampleInvitationEvent(1), { recordedAtMs: startMs }));
    const table = await storage.tables.client('feed');
    for await (const row of table.listEntities())
      await table.createEntity({
        ...row,
        partitionKey: row.partitionKey ?? '',
        rowKey: `${row.rowKey ?? ''}x`,
        body0: '{"event":1}',
      });
    const { entries } = await createFeed(storage.tables).readSince(startMs, { limit: 10, isKnown: none });
    expect(entries.map(({ event }) => event.id)).toEqual(['event-1']);
  });
});

import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { startTestTables, type TestTables } from '../support/testTables';
import { describeCallRecords } from './callRecords';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());

describeCallRecords('CallRecords on tables', async () => {
  await storage.empty('calls', 'callsByAccount', 'deliveries', 'feed');
  return createCallRecords(storage.tables);
});

import { describeCallRecords } from '../../../contract/callRecords';
import { createMemoryCallRecords } from '../../../support/memoryCallRecords';

describeCallRecords('CallRecords in memory', () => Promise.resolve(createMemoryCallRecords()));

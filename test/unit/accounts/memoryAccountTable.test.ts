import { describeAccountTable } from '../../contract/accountTable';
import { createMemoryAccountTable } from '../../support/memoryAccountTable';

describeAccountTable('AccountTable in memory', () => Promise.resolve(createMemoryAccountTable()));

import { createTables, type TableName, type Tables } from '../../shared/storage/tables';
import { startTestStorage } from './azurite';

export interface TestTables {
  readonly tables: Tables;
  /** Removes every row of these tables. */
  empty(...names: TableName[]): Promise<void>;
  close(): Promise<void>;
}

/** The product's tables on an Azurite of the test's own. */
export async function startTestTables(): Promise<TestTables> {
  const storage = await startTestStorage();
  const tables = createTables({ connectionString: storage.connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  return {
    tables,
    async empty(...names) {
      for (const name of names) {
        const table = await tables.client(name);
        for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
          await table.deleteEntity(partitionKey, rowKey);
      }
    },
    close: () => storage.close(),
  };
}

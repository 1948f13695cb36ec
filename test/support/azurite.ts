import { startStorage } from '../../infra/local/storage/startStorage';

/** Azure Storage for one test file. */
export interface TestStorage {
  readonly connectionString: string;
  close(): Promise<void>;
}

/**
 * Azurite in memory, on ports that the system chooses. Resolves when it listens; `close` kills it (what it holds ends
 * with it anyway) and resolves when it is gone.
 */
export async function startTestStorage(): Promise<TestStorage> {
  const storage = await startStorage({ ports: { blob: 0, queue: 0, table: 0 } });
  const { connectionString } = await storage.ready;
  return { connectionString, close: () => storage.kill() };
}

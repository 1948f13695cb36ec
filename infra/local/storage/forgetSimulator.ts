import { RestError, TableServiceClient } from '@azure/data-tables';

/** What the relay keeps of a pool: when it read each event channel last, and whose password the pool rejected. */
const TABLES = ['slotLeases', 'accountStates'];

/**
 * Deletes from the stack's storage what the relay knew of the simulator that ran before. The simulator keeps nothing: a
 * gap since its end would tell of no lost call, and a password that it rejected may be right for the new one.
 */
export async function forgetSimulator(storageConnection: string): Promise<void> {
  const service = TableServiceClient.fromConnectionString(storageConnection, { allowInsecureConnection: true });
  await Promise.all(
    TABLES.map(async (table) => {
      try {
        await service.deleteTable(table);
      } catch (error) {
        if (!(error instanceof RestError) || error.statusCode !== 404) throw error; // the first start has none
      }
    }),
  );
}

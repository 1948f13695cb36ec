import { odata } from '@azure/data-tables';
import { removeMatching } from './removeRows';
import { tableNames, type TableName, type Tables } from './tables';

/**
 * What a table is to retention: `records` go by the moment they were written, `deliveries` by rules of their own,
 * `state` is the relay's own and stays.
 */
const treatment: Readonly<Record<TableName, 'records' | 'calls' | 'deliveries' | 'state'>> = {
  accountAudit: 'records',
  accountStates: 'records',
  accounts: 'state',
  calls: 'calls',
  callsByAccount: 'calls',
  claims: 'records',
  commandAudit: 'records',
  connectedCalls: 'records',
  deliveries: 'deliveries',
  deliveryRates: 'state',
  feed: 'calls',
  slotLeases: 'state',
  startedCalls: 'records',
  subscriptionHealth: 'state',
  subscriptions: 'state',
};

/** Tables that hold what is said of people and calls. */
export const recordTables = tableNames.filter((name) => treatment[name] !== 'state');

/**
 * Removes every record of a call or a command that was last written before `beforeMs`; the number of rows. It may be
 * stopped and run again at any time. Errors: `storageUnavailable`.
 */
export async function removeOlderRecords(tables: Tables, beforeMs: number): Promise<number> {
  let removed = 0;
  for (const name of tableNames.filter((table) => treatment[table] === 'records'))
    removed += await removeMatching(tables, name, odata`Timestamp lt ${new Date(beforeMs)}`);
  return removed;
}

import type { TableEntityResult } from '@azure/data-tables';
import { accountKey } from '../invitations/invitationId';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

/** Where a rejected password is remembered over all processes; satisfies `RejectedCredentials` of ucwa/. */
export interface AccountStates {
  read(sipUri: string): Promise<{ readonly fingerprint: string; readonly atMs: number } | undefined>;
  record(sipUri: string, rejection: { readonly fingerprint: string; readonly atMs: number }): Promise<void>;
  clear(sipUri: string): Promise<void>;
}

const PARTITION = 'rejectedCredentials';

/** Rows in table `accountStates`, keyed by the account's hash; written on change only. Errors: `storageUnavailable`. */
export function createAccountStates(tables: Tables): AccountStates {
  return {
    async read(sipUri) {
      const table = await tables.client('accountStates');
      try {
        const row: TableEntityResult<{ fingerprint?: unknown; atMs?: unknown }> = await table.getEntity(PARTITION, accountKey(sipUri));
        return typeof row.fingerprint === 'string' && typeof row.atMs === 'number' ? { fingerprint: row.fingerprint, atMs: row.atMs } : undefined;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw storageUnavailable(error);
      }
    },
    async record(sipUri, { fingerprint, atMs }) {
      const table = await tables.client('accountStates');
      try {
        await table.upsertEntity(
          { partitionKey: PARTITION, rowKey: accountKey(sipUri), account: sipUri, fingerprint, atMs: { type: 'Double', value: String(atMs) } },
          'Replace',
        );
      } catch (error) {
        throw storageUnavailable(error);
      }
    },
    async clear(sipUri) {
      const table = await tables.client('accountStates');
      try {
        await table.deleteEntity(PARTITION, accountKey(sipUri));
      } catch (error) {
        if (statusOf(error) !== 404) throw storageUnavailable(error);
      }
    },
  };
}

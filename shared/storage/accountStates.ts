import { accountKey } from '../invitations/invitationId';
import { shareNext } from './shareNext';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

/** Where a rejected password is remembered over all processes; satisfies `RejectedCredentials` of ucwa/. */
export interface AccountStates {
  read(sipUri: string): Promise<{ readonly fingerprint: string; readonly atMs: number } | undefined>;
  record(sipUri: string, rejection: { readonly fingerprint: string; readonly atMs: number }): Promise<void>;
  clear(sipUri: string): Promise<void>;
}

const PARTITION = 'rejectedCredentials';

interface Rejection {
  readonly fingerprint: string;
  readonly atMs: number;
}

/**
 * Rows in table `accountStates`, keyed by the account's hash; written on change only. All are read in one query, which who
 * signs in at the same time share: there is a row only of an account whose password is rejected, so that ten thousand
 * accounts coming on the air cost a few small queries instead of one each. Errors: `storageUnavailable`.
 */
export function createAccountStates(tables: Tables): AccountStates {
  const readAll = shareNext(async () => {
    const table = await tables.client('accountStates');
    const rejections = new Map<string, Rejection>();
    try {
      for await (const { rowKey = '', fingerprint, atMs } of table.listEntities<{ fingerprint?: unknown; atMs?: unknown }>({ queryOptions: { filter: `PartitionKey eq '${PARTITION}'` } })) {
        if (typeof fingerprint === 'string' && typeof atMs === 'number') rejections.set(rowKey, { fingerprint, atMs });
      }
    } catch (error) {
      throw storageUnavailable(error);
    }
    return rejections;
  });
  return {
    read: async (sipUri) => (await readAll()).get(accountKey(sipUri)),
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

import { TableTransaction, type TableClient } from '@azure/data-tables';
import { accountKey } from '../invitations/invitationId';
import { createGroups } from './deliveryGroups';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

/** That an account's password is being tried, or was rejected, and since when (milliseconds since the epoch). */
interface PasswordTry {
  readonly state: 'trying' | 'rejected';
  readonly fingerprint: string;
  readonly atMs: number;
}
interface StandingTry extends PasswordTry {
  readonly etag: string;
}

/** Where all processes agree on who tries a password, and remember one that was rejected; satisfies `RejectedCredentials` of ucwa/. */
export interface AccountStates {
  claim(sipUri: string, mine: PasswordTry): Promise<StandingTry | undefined>;
  replace(sipUri: string, mine: PasswordTry, etag: string): Promise<boolean>;
  record(sipUri: string, rejection: Pick<PasswordTry, 'fingerprint' | 'atMs'>): Promise<void>;
  clear(sipUri: string): Promise<void>;
}

const PARTITION = 'rejectedCredentials';
/** Azure Table storage, "Performing entity group transactions". */
const MAX_OPERATIONS = 100;

/**
 * Rows in table `accountStates`, keyed by the account's hash: one while a password is being tried, and as long as one is
 * rejected. Those who sign in at the same time share a transaction to enter their tries and another to leave, so that ten
 * thousand accounts that connect cost some hundred operations. Errors: `storageUnavailable`.
 */
export function createAccountStates(tables: Tables): AccountStates {
  const run = async <Result>(action: (table: TableClient) => Promise<Result>): Promise<Result> => {
    const table = await tables.client('accountStates');
    try {
      return await action(table);
    } catch (error) {
      throw storageUnavailable(error);
    }
  };
  // Where one of them stands in the way, each is done by itself.
  const enter = createGroups<Row, StandingTry | undefined>(MAX_OPERATIONS, (_lane, rows) =>
    run(async (table) => {
      const transaction = new TableTransaction();
      for (const row of rows) transaction.createEntity(row);
      return (await submitted(table, transaction, [400, 409]))
        ? rows.map(() => undefined)
        : Promise.all(rows.map((row) => enterOne(table, row)));
    }),
  );
  const leave = createGroups<string, boolean>(MAX_OPERATIONS, (_lane, keys) =>
    run(async (table) => {
      const transaction = new TableTransaction();
      for (const rowKey of keys) transaction.deleteEntity(PARTITION, rowKey);
      if (await submitted(table, transaction, [400, 404])) return keys.map(() => true);
      return Promise.all(keys.map((rowKey) => unless([404], table.deleteEntity(PARTITION, rowKey))));
    }),
  );
  return {
    claim: (sipUri, mine) => enter(PARTITION, toRow(sipUri, mine)),
    replace: (sipUri, mine, etag) =>
      run((table) => unless([404, 412], table.updateEntity(toRow(sipUri, mine), 'Replace', { etag }))),
    async record(sipUri, rejection) {
      await run((table) => table.upsertEntity(toRow(sipUri, { ...rejection, state: 'rejected' }), 'Replace'));
    },
    async clear(sipUri) {
      await leave(PARTITION, accountKey(sipUri));
    },
  };
}

type Row = ReturnType<typeof toRow>;

/** A try has its moment under another name than a rejection, so that a version which knows no tries does not take it for one. */
function toRow(account: string, { state, fingerprint, atMs }: PasswordTry) {
  return {
    partitionKey: PARTITION,
    rowKey: accountKey(account),
    account,
    fingerprint,
    [state === 'rejected' ? 'atMs' : 'tryingAtMs']: { type: 'Double', value: String(atMs) },
  };
}

async function enterOne(table: TableClient, row: Row): Promise<StandingTry | undefined> {
  for (;;) {
    if (await unless([409], table.createEntity(row))) return undefined;
    try {
      const { etag, fingerprint, atMs, tryingAtMs } = await table.getEntity(PARTITION, row.rowKey);
      const known = typeof fingerprint === 'string' ? fingerprint : '';
      return typeof atMs === 'number'
        ? { state: 'rejected', fingerprint: known, atMs, etag }
        : { state: 'trying', fingerprint: known, atMs: Number(tryingAtMs), etag };
    } catch (error) {
      // The account with this row left between the two calls: the row is free.
      if (statusOf(error) !== 404) throw error;
    }
  }
}

function submitted(table: TableClient, transaction: TableTransaction, refusals: readonly number[]): Promise<boolean> {
  return unless(refusals, table.submitTransaction(transaction.actions));
}

/** False where the service answered with one of these; rejects with any other error. */
async function unless(refusals: readonly number[], done: Promise<unknown>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    if (refusals.includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}

import { TableTransaction, type TableClient } from '@azure/data-tables';
import DataLoader from 'dataloader';
import { z } from 'zod';
import type { Clock } from '../clock';
import { accountKey } from '../invitations/invitationId';
import type { PasswordTry, RejectedCredentials, StandingTry } from '../ucwa/signIn/rejectedCredentials';
import { double } from './calls/rows';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

const PARTITION = 'rejectedCredentials';
/** Azure Table storage, "Performing entity group transactions". */
const MAX_OPERATIONS = 100;
/** A sign-in waits so long for others that share its transaction; it takes ten times as long itself. */
const BATCH_MS = 20;

/**
 * Rows in table `accountStates`, keyed by the account's hash: one while a password is being tried, and as long as one is
 * rejected. Sign-ins of the same moment share a transaction to insert their rows and another to delete them: at a hundred sign-ins
 * a second an account costs a third of an operation, at twenty up to two. Errors: `storageUnavailable`.
 */
export function createAccountStates(tables: Tables, clock: Pick<Clock, 'sleep'>): RejectedCredentials {
  const run = async <Result>(action: (table: TableClient) => Promise<Result>): Promise<Result> => {
    const table = await tables.client('accountStates');
    try {
      return await action(table);
    } catch (error) {
      throw storageUnavailable(error);
    }
  };
  const inBatches = <Key, Result>(runBatch: (table: TableClient, keys: readonly Key[]) => Promise<readonly Result[]>) =>
    new DataLoader<Key, Result>((keys) => run((table) => runBatch(table, keys)), {
      cache: false,
      maxBatchSize: MAX_OPERATIONS,
      batchScheduleFn: (callback) => void clock.sleep(BATCH_MS).then(callback),
    });
  // A transaction that the service refuses for one of its rows is followed by single requests.
  const insert = inBatches<Row, StandingTry | undefined>(async (table, rows) => {
    const transaction = new TableTransaction();
    for (const row of rows) transaction.createEntity(row);
    return (await submitted(table, transaction, [400, 409]))
      ? rows.map(() => undefined)
      : Promise.all(rows.map((row) => insertOne(table, row)));
  });
  const remove = inBatches<string, boolean>(async (table, keys) => {
    const transaction = new TableTransaction();
    for (const rowKey of keys) transaction.deleteEntity(PARTITION, rowKey);
    if (await submitted(table, transaction, [400, 404])) return keys.map(() => true);
    return Promise.all(keys.map((rowKey) => unless([404], table.deleteEntity(PARTITION, rowKey))));
  });
  return {
    claim: (sipUri, mine) => insert.load(toRow(sipUri, mine)),
    replace: (sipUri, mine, etag) =>
      run((table) => unless([404, 412], table.updateEntity(toRow(sipUri, mine), 'Replace', { etag }))),
    async record(sipUri, rejection) {
      await run((table) => table.upsertEntity(toRow(sipUri, { ...rejection, state: 'rejected' }), 'Replace'));
    },
    async clear(sipUri) {
      await remove.load(accountKey(sipUri));
    },
  };
}

const standingSchema = z.object({
  state: z.enum(['trying', 'rejected']),
  fingerprint: z.string(),
  atMs: z.number(),
});

type Row = ReturnType<typeof toRow>;

function toRow(account: string, { state, fingerprint, atMs }: PasswordTry) {
  return {
    partitionKey: PARTITION,
    rowKey: accountKey(account),
    account,
    state,
    fingerprint,
    atMs: double(atMs),
  };
}

async function insertOne(table: TableClient, row: Row): Promise<StandingTry | undefined> {
  for (;;) {
    if (await unless([409], table.createEntity(row))) return undefined;
    try {
      const found = await table.getEntity(PARTITION, row.rowKey);
      return { ...standingSchema.parse(found), etag: found.etag };
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

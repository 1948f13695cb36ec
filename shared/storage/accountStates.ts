import { TableTransaction } from '@azure/data-tables';
import DataLoader from 'dataloader';
import { z } from 'zod';
import type { Clock } from '../clock';
import { accountKey } from '../invitations/invitationId';
import type { PasswordTry, RejectedCredentials, StandingTry } from '../ucwa/signIn/rejectedCredentials';
import { double, insertRow, readRow, removeRow, replaceRow, unless, writeUnlessChanged, type Row } from './calls/rows';
import type { Tables } from './tables';

const TABLE = 'accountStates';
const PARTITION = 'rejectedCredentials';
/** Azure Table storage, "Performing entity group transactions". */
const MAX_OPERATIONS = 100;
/** A sign-in waits so long for others that share its transaction; it takes ten times as long itself. */
const BATCH_MS = 20;

/**
 * Rows in table `accountStates`, keyed by the account's hash: one while a password is being tried, and as long as one is
 * rejected. Sign-ins of the same moment share a transaction to insert their rows and another to delete them: at a hundred sign-ins
 * a second an account costs a third of an operation, at twenty up to two. Errors: as
 * insertRow.
 */
export function createAccountStates(tables: Tables, clock: Pick<Clock, 'sleep'>): RejectedCredentials {
  const inBatches = <Key, Result>(runBatch: (keys: readonly Key[]) => Promise<readonly Result[]>) =>
    new DataLoader(runBatch, {
      cache: false,
      maxBatchSize: MAX_OPERATIONS,
      batchScheduleFn: (callback) => void clock.sleep(BATCH_MS).then(callback),
    });
  const submit = ({ actions }: TableTransaction, refusals: readonly number[]): Promise<boolean> =>
    unless(refusals, tables, TABLE, (table) => table.submitTransaction(actions));
  // A transaction that the service refuses for one of its rows is followed by single requests.
  const insert = inBatches<Row, StandingTry | undefined>(async (rows) => {
    const transaction = new TableTransaction();
    for (const row of rows) transaction.createEntity(row);
    if (await submit(transaction, [400, 409])) return rows.map(() => undefined);
    return Promise.all(rows.map((row) => insertOne(tables, row)));
  });
  const remove = inBatches<string, undefined>(async (keys) => {
    const transaction = new TableTransaction();
    for (const rowKey of keys) transaction.deleteEntity(PARTITION, rowKey);
    if (!(await submit(transaction, [400, 404])))
      await Promise.all(keys.map((rowKey) => removeRow(tables, TABLE, PARTITION, rowKey)));
    return keys.map(() => undefined);
  });
  return {
    claim: (sipUri, mine) => insert.load(toRow(sipUri, mine)),
    replace: (sipUri, mine, etag) => writeUnlessChanged(tables, TABLE, toRow(sipUri, mine), etag),
    record: (sipUri, rejection) => replaceRow(tables, TABLE, toRow(sipUri, { ...rejection, state: 'rejected' })),
    clear: (sipUri) => remove.load(accountKey(sipUri)),
  };
}

const standingSchema = z.object({
  state: z.enum(['trying', 'rejected']),
  fingerprint: z.string(),
  atMs: z.number(),
});

function toRow(account: string, { state, fingerprint, atMs }: PasswordTry): Row {
  return {
    partitionKey: PARTITION,
    rowKey: accountKey(account),
    account,
    state,
    fingerprint,
    atMs: double(atMs),
  };
}

async function insertOne(tables: Tables, row: Row): Promise<StandingTry | undefined> {
  for (;;) {
    if (await insertRow(tables, TABLE, row)) return undefined;
    const found = await readRow(tables, TABLE, PARTITION, row.rowKey);
    // Where there is none, the account with this row left between the two calls: the row is free.
    if (found !== undefined) return { ...standingSchema.parse(found), etag: found.etag };
  }
}

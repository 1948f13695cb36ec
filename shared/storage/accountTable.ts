import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { accountRecordSchema, type AccountRecord, type AccountTable } from '../accounts/accountRecord';
import { accountKey } from '../invitations/invitationId';
import { slotOf } from '../relay/slots';
import type { Log } from '../telemetry/log';
import { queryRows, readRow, removeRow, unless, writeUnlessChanged, type Row } from './calls/rows';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';

const TABLE = 'accounts';
/** The row with a property for each slot, which every change of one of its accounts writes anew. */
const VERSIONS = { partitionKey: 'versions', rowKey: 'slots' };
const VERSION = /^slot(\d\d)$/;

const rowSchema = z.object({ rowKey: z.string(), encryptedPassword: z.string(), etag: z.string() });

/**
 * Accounts in table `accounts`: partition = slot, row = the account's key; its password is a property of its own. The
 * versions of all slots are one row, so that a heartbeat reads them in one operation.
 */
export function createAccountTable(tables: Tables, log: Log): AccountTable {
  const touch = async (sipUri: string): Promise<void> => {
    const version = { [`slot${partitionOf(sipUri)}`]: randomUUID() };
    await unless([], tables, TABLE, (table) => table.upsertEntity({ ...VERSIONS, ...version }, 'Merge'));
  };
  return {
    async versions() {
      const row = await readRow(tables, TABLE, VERSIONS.partitionKey, VERSIONS.rowKey);
      return new Map(Object.entries(row ?? {}).flatMap(toVersion));
    },
    async readSlot(slot) {
      const records: AccountRecord[] = [];
      for await (const row of queryRows(tables, TABLE, { filter: `PartitionKey eq '${toPartition(slot)}'` })) {
        const read = toRecord(row);
        if (read === undefined) log.error('accountUnreadable', { slot, row: row.rowKey });
        else records.push(read.record);
      }
      return records;
    },
    async find(sipUri) {
      const row = await readRow(tables, TABLE, partitionOf(sipUri), accountKey(sipUri));
      return row && toRecord(row);
    },
    async write(record, etag) {
      const isWritten = await writeUnlessChanged(tables, TABLE, toRow(record), etag);
      if (isWritten) await touch(record.sipUri);
      return isWritten;
    },
    touch,
    async remove(sipUri) {
      await removeRow(tables, TABLE, partitionOf(sipUri), accountKey(sipUri));
      await touch(sipUri);
    },
  };
}

function toPartition(slot: number): string {
  return String(slot).padStart(2, '0');
}

function partitionOf(sipUri: string): string {
  return toPartition(slotOf(sipUri));
}

function toRow({ encryptedPassword, ...record }: AccountRecord): Row {
  const { sipUri } = record;
  return {
    partitionKey: partitionOf(sipUri),
    rowKey: accountKey(sipUri),
    sipUri,
    encryptedPassword,
    ...toTextChunks(record),
  };
}

function toRecord(row: Row): { readonly record: AccountRecord; readonly etag: string } | undefined {
  const keys = rowSchema.safeParse(row);
  if (!keys.success) return undefined;
  const { encryptedPassword, etag } = keys.data;
  const body = fromTextChunks(row);
  const record = accountRecordSchema.safeParse({ ...Object(body), encryptedPassword });
  return record.success ? { record: record.data, etag } : undefined;
}

function toVersion([name, value]: [string, unknown]): readonly (readonly [number, string])[] {
  const slot = VERSION.exec(name)?.[1];
  return slot === undefined ? [] : [[Number(slot), String(value)]];
}

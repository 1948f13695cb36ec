import { randomUUID } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { accountRecordSchema, type AccountRecord, type AccountTable } from '../accounts/accountRecord';
import { accountKey } from '../invitations/invitationId';
import { slotOf } from '../relay/slots';
import type { Log } from '../telemetry/log';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';
import { statusOf, storageUnavailable, translateWriteError } from './translateStorageError';

/** The row with a property for each slot, which every change of one of its accounts writes anew. */
const VERSIONS = { partitionKey: 'versions', rowKey: 'slots' };
const VERSION = /^slot(\d\d)$/;

const rowSchema = z.object({ rowKey: z.string(), encryptedPassword: z.string(), etag: z.string() });

/**
 * Accounts in table `accounts`: partition = slot, row = the account's key; its password is a property of its own. The
 * versions of all slots are one row, so that a heartbeat reads them in one operation.
 */
export function createAccountTable(tables: Tables, log: Log): AccountTable {
  const client = (): Promise<TableClient> => tables.client('accounts');
  const touch = async (sipUri: string): Promise<void> => {
    const version = { [`slot${partitionOf(sipUri)}`]: randomUUID() };
    try {
      await (await client()).upsertEntity({ ...VERSIONS, ...version }, 'Merge');
    } catch (error) {
      throw storageUnavailable(error);
    }
  };
  return {
    versions: async () => readVersions(await client()),
    async readSlot(slot) {
      const records: AccountRecord[] = [];
      try {
        const filter = `PartitionKey eq '${toPartition(slot)}'`;
        for await (const row of (await client()).listEntities({ queryOptions: { filter } })) {
          const read = toRecord(row);
          if (read === undefined) log.error('accountUnreadable', { slot, row: row.rowKey });
          else records.push(read.record);
        }
      } catch (error) {
        throw storageUnavailable(error);
      }
      return records;
    },
    async find(sipUri) {
      try {
        return toRecord(await (await client()).getEntity(partitionOf(sipUri), accountKey(sipUri)));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw storageUnavailable(error);
      }
    },
    async write(record, etag) {
      try {
        const table = await client();
        const row = toRow(record);
        await (etag === undefined ? table.createEntity(row) : table.updateEntity(row, 'Replace', { etag }));
      } catch (error) {
        if ([404, 409, 412].includes(statusOf(error) ?? 0)) return false;
        throw translateWriteError(error);
      }
      await touch(record.sipUri);
      return true;
    },
    touch,
    async remove(sipUri) {
      try {
        await (await client()).deleteEntity(partitionOf(sipUri), accountKey(sipUri));
      } catch (error) {
        if (statusOf(error) !== 404) throw storageUnavailable(error);
      }
      await touch(sipUri);
    },
  };
}

async function readVersions(table: TableClient): Promise<ReadonlyMap<number, string>> {
  try {
    const row = await table.getEntity(VERSIONS.partitionKey, VERSIONS.rowKey);
    return new Map(Object.entries(row).flatMap(toVersion));
  } catch (error) {
    if (statusOf(error) === 404) return new Map();
    throw storageUnavailable(error);
  }
}

function toPartition(slot: number): string {
  return String(slot).padStart(2, '0');
}

function partitionOf(sipUri: string): string {
  return toPartition(slotOf(sipUri));
}

function toRow({ encryptedPassword, ...record }: AccountRecord) {
  const { sipUri } = record;
  return {
    partitionKey: partitionOf(sipUri),
    rowKey: accountKey(sipUri),
    sipUri,
    encryptedPassword,
    ...toTextChunks(record),
  };
}

function toRecord(row: unknown): { readonly record: AccountRecord; readonly etag: string } | undefined {
  const keys = rowSchema.safeParse(row);
  if (!keys.success) return undefined;
  const { encryptedPassword, etag } = keys.data;
  const body = fromTextChunks(row as Readonly<Record<string, unknown>>);
  const record = accountRecordSchema.safeParse({ ...Object(body), encryptedPassword });
  return record.success ? { record: record.data, etag } : undefined;
}

function toVersion([name, value]: [string, unknown]): readonly (readonly [number, string])[] {
  const slot = VERSION.exec(name)?.[1];
  return slot === undefined ? [] : [[Number(slot), String(value)]];
}

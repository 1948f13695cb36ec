import { TableTransaction, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { SlotLease, SlotLeaseStore } from '../relay/slots';
import { double } from './calls/rows';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

const PARTITION = 'slots';

const rowSchema = z.object({
  rowKey: z.string(),
  owner: z.string(),
  expiresAtMs: z.number(),
  askedBy: z.string().default(''),
  accountsHealth: z.instanceof(Uint8Array).optional(),
  etag: z.string(),
});

/**
 * Leases in table `slotLeases`: a row per slot, all in one partition, so that a process reads them in one query and renews
 * all of its own in one transaction, however many accounts there are. Errors: `storageUnavailable`.
 */
export function createSlotLeases(tables: Tables): SlotLeaseStore {
  return {
    async read({ health } = { health: false }) {
      const table = await tables.client('slotLeases');
      const leases: SlotLease[] = [];
      const queryOptions = {
        filter: `PartitionKey eq '${PARTITION}'`,
        select: ['rowKey', 'owner', 'expiresAtMs', 'askedBy', ...(health ? ['accountsHealth'] : [])],
      };
      try {
        for await (const entity of table.listEntities({ queryOptions })) {
          leases.push(toLease(rowSchema.parse(entity)));
        }
      } catch (error) {
        throw storageUnavailable(error);
      }
      return leases;
    },
    async write(leases) {
      if (leases.length === 0) return [];
      const table = await tables.client('slotLeases');
      const transaction = new TableTransaction();
      for (const { slot, owner, expiresAtMs, askedBy, health, etag } of leases) {
        const row = {
          partitionKey: PARTITION,
          rowKey: String(slot).padStart(2, '0'),
          owner,
          ...(askedBy === undefined ? {} : { askedBy }),
          ...(health === undefined ? {} : { accountsHealth: health }),
          expiresAtMs: double(expiresAtMs),
        };
        if (etag === undefined) transaction.createEntity(row);
        else transaction.updateEntity(row, 'Merge', { etag });
      }
      const etags = await submit(table, transaction);
      return etags && leases.map((lease, at) => toWritten(lease, etags[at]));
    },
  };
}

function toLease({ rowKey, accountsHealth, ...row }: z.infer<typeof rowSchema>): SlotLease {
  return { slot: Number(rowKey), ...row, ...(accountsHealth === undefined ? {} : { health: accountsHealth }) };
}

function toWritten({ slot, owner, expiresAtMs, askedBy }: SlotLease, etag: string | undefined): SlotLease {
  return {
    slot,
    owner,
    expiresAtMs,
    ...(askedBy === undefined ? {} : { askedBy }),
    ...(etag === undefined ? {} : { etag }),
  };
}

/** The new etags, in order; undefined when a row was changed by another in the meantime. */
async function submit(table: TableClient, { actions }: TableTransaction): Promise<(string | undefined)[] | undefined> {
  try {
    const { subResponses } = await table.submitTransaction(actions);
    return subResponses.map(({ etag }) => etag);
  } catch (error) {
    const status = statusOf(error);
    if (status === 409 || status === 412 || status === 404) return undefined;
    throw storageUnavailable(error);
  }
}

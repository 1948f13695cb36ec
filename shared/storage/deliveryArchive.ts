import { z } from 'zod';
import type { RelayEvent } from '../invitations/relayEvent';
import type { DeliveryArchive } from '../webhooks/ports';
import { toTableKey } from './deliveryKeys';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  account: z.string(),
  subject: z.string(),
  timeMs: z.number(),
  sequence: z.string().exactOptional(),
  correlationId: z.string().exactOptional(),
  expiryTimeMs: z.number().exactOptional(),
  traceParent: z.string().exactOptional(),
  data: z.unknown(),
});

/** Azure Tables: a binary property holds 64 KiB, an entity 1 MiB. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Events in table `deliveryEvents`: partition = the hour, row = time and id, so that "since T" reads only what it
 * answers. Written once for each event, however many subscribers are to hear it.
 */
export function createDeliveryArchive(tables: Tables): DeliveryArchive {
  async function* rows(filter: string) {
    const table = await tables.client('deliveryEvents');
    try {
      for await (const row of table.listEntities({ queryOptions: { filter } })) yield row;
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  return {
    async keep(event) {
      const table = await tables.client('deliveryEvents');
      try {
        await table.upsertEntity({ ...keysOf(event), ...toChunks(Buffer.from(JSON.stringify(event), 'utf8')) }, 'Replace');
      } catch (error) {
        throw storageUnavailable(error);
      }
    },
    async find(event) {
      const table = await tables.client('deliveryEvents');
      const { partitionKey, rowKey } = keysOf(event);
      try {
        return toEvent(await table.getEntity(partitionKey, rowKey));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw storageUnavailable(error);
      }
    },
    async *since(sinceMs) {
      for await (const row of rows(`PartitionKey ge '${toHour(sinceMs)}' and RowKey ge '${toTime(sinceMs)}'`)) yield toEvent(row);
    },
    async forget(uri) {
      const table = await tables.client('deliveryEvents');
      const wanted = JSON.stringify(uri.toLowerCase());
      let forgotten = 0;
      for await (const row of rows("PartitionKey ge ''")) {
        if (!toJson(row).toLowerCase().includes(wanted)) continue;
        await table.deleteEntity(row.partitionKey ?? '', row.rowKey ?? '').catch((error: unknown) => {
          if (statusOf(error) !== 404) throw storageUnavailable(error);
        });
        forgotten += 1;
      }
      return forgotten;
    },
  };
}

/** The partition of a moment: its hour in UTC. */
export function toHour(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 13);
}

function toTime(timeMs: number): string {
  return String(timeMs).padStart(13, '0');
}

function keysOf({ timeMs, id }: Pick<RelayEvent, 'timeMs' | 'id'>) {
  return { partitionKey: toHour(timeMs), rowKey: `${toTime(timeMs)}-${toTableKey(id)}` };
}

function toChunks(bytes: Buffer): Record<string, Uint8Array> {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`body${index}`, bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)]));
}

function toJson(row: Readonly<Record<string, unknown>>): string {
  const chunks: Uint8Array[] = [];
  for (let chunk = row.body0; chunk instanceof Uint8Array; chunk = row[`body${chunks.length}`]) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function toEvent(row: Readonly<Record<string, unknown>>): RelayEvent {
  return eventSchema.parse(JSON.parse(toJson(row)));
}

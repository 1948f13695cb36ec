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

/** Azure Tables: a text has at most 32 Ki UTF-16 code units, an entity 1 MiB. */
const CHUNKS = /.{1,32000}/g;

/**
 * Events in table `deliveryEvents`: partition = the hour, row = time and id, so that "since T" reads only what it
 * answers. Written once for each event, however many subscribers are to hear it; as text, and with the invitation beside it,
 * so that the erasure of a person finds it.
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
        await table.upsertEntity({ ...keysOf(event), invitationId: event.subject, ...toChunks(event) }, 'Replace');
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

/** JSON in ASCII: it can be cut anywhere, and Azurite garbles large texts in which a character takes several bytes. */
function toChunks(event: RelayEvent): Record<string, string> {
  const json = JSON.stringify(event).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Object.fromEntries((json.match(CHUNKS) ?? []).map((chunk, index) => [`body${index}`, chunk]));
}

function toJson(row: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let index = 0, chunk = row.body0; typeof chunk === 'string'; index += 1, chunk = row[`body${index}`]) text += chunk;
  return text;
}

function toEvent(row: Readonly<Record<string, unknown>>): RelayEvent {
  return eventSchema.parse(JSON.parse(toJson(row)));
}

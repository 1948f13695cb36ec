import { z } from 'zod';
import type { TransactionAction } from '@azure/data-tables';
import type { RelayEvent } from '../invitations/relayEvent';
import type { DeliveryArchive } from '../webhooks/ports';
import { createGroups } from './deliveryGroups';
import { toTableKey } from './deliveryKeys';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';
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

/** Of events that are one text each; a transaction has at most 4 MiB (Azure Table storage, "Performing entity group transactions"). */
const MAX_TOGETHER = 50;

type KeptRow = ReturnType<typeof keysOf> & Record<string, string>;

/**
 * Events in table `deliveryEvents`: partition = the minute, row = time and id, so that "since T" reads only what it
 * answers. Written once for each event, however many subscribers are to hear it; as text, and with the invitation beside it,
 * so that the erasure of a person finds it. Events that come together are kept together.
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

  const keep = createGroups<KeptRow, undefined>(MAX_TOGETHER, async (_minute, kept) => {
    const table = await tables.client('deliveryEvents');
    try {
      // The same event twice is one row, and a transaction takes a row once only.
      const [one, ...others] = [...new Map(kept.map((row) => [row.rowKey, row])).values()];
      if (one !== undefined && others.length === 0) await table.upsertEntity(one, 'Replace');
      else if (one !== undefined)
        await table.submitTransaction([one, ...others].map((row): TransactionAction => ['upsert', row, 'Replace']));
    } catch (error) {
      throw storageUnavailable(error);
    }
    return kept.map(() => undefined);
  });

  return {
    keep(event) {
      const row = { ...keysOf(event), invitationId: event.subject, ...toTextChunks(event) };
      // One that needs several texts goes alone, so that no transaction becomes too large.
      return keep('body1' in row ? row.rowKey : row.partitionKey, row);
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
      for await (const row of rows(`PartitionKey ge '${toMinute(sinceMs)}' and RowKey ge '${toTime(sinceMs)}'`))
        yield toEvent(row);
    },
  };
}

/** The partition of a moment: its minute in UTC. */
export function toMinute(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16);
}

function toTime(timeMs: number): string {
  return String(timeMs).padStart(13, '0');
}

function keysOf({ timeMs, id }: Pick<RelayEvent, 'timeMs' | 'id'>) {
  return { partitionKey: toMinute(timeMs), rowKey: `${toTime(timeMs)}-${toTableKey(id)}` };
}

function toEvent(row: Readonly<Record<string, unknown>>): RelayEvent {
  return eventSchema.parse(fromTextChunks(row));
}

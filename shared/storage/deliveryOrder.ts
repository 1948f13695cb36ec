import { z } from 'zod';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { DeliveryOrder } from '../webhooks/ports';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
import type { OrderRow } from '../webhooks/orderRule';
import { createGroups } from './deliveryGroups';
import { toTableKey } from './deliveryKeys';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

const rowSchema = z.object({
  eventId: z.string(),
  type: z.string(),
  sequence: z.string().optional(),
  timeMs: z.number(),
  expiryTimeMs: z.number().optional(),
  round: z.number().default(0),
  state: z.enum(['pending', 'settled']).default('pending'),
  attempt: z.number().default(0),
  nextAtMs: z.number().optional(),
  begun: z.boolean().optional(),
});

/** Azure Tables: an entity group transaction has at most 100 operations. */
const MAX_OPERATIONS = 100;

/**
 * Rows in table `deliveryOrder`: partition = the invitation, row = subscription and event. The two who write a row, the
 * fan-out and the delivery, merge different properties into it, so that neither needs to know what the other has done
 * and no write ever conflicts. Reads and writes of one invitation by many deliveries at once go together.
 */
export function createDeliveryOrder(tables: Tables): DeliveryOrder {
  const run = async <T>(action: (table: TableClient) => Promise<T>): Promise<T> => {
    const table = await tables.client('deliveryOrder');
    try {
      return await action(table);
    } catch (error) {
      throw storageUnavailable(error);
    }
  };

  const write = createGroups<OrderEntity, undefined>(MAX_OPERATIONS, (_partition, entities) =>
    run(async (table) => {
      await table.submitTransaction(mergedByRow(entities).map((entity): TransactionAction => ['upsert', entity, 'Merge']));
      return entities.map(() => undefined);
    }),
  );

  const read = createGroups<string, OrderRow[]>(Number.POSITIVE_INFINITY, (partition, subscriptionIds) =>
    run(async (table) => {
      const [first = '', ...others] = subscriptionIds;
      const rows = new Map(subscriptionIds.map((id) => [id, [] as OrderRow[]]));
      // For one subscriber its own rows, for several those of all in one request.
      const range = others.length === 0 ? ` and RowKey ge '${first}|' and RowKey lt '${first}}'` : '';
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${partition}'${range}` } })) {
        rows.get((row.rowKey ?? '').split('|')[0] ?? '')?.push(rowSchema.parse(row));
      }
      return subscriptionIds.map((id) => rows.get(id) ?? []);
    }),
  );

  return {
    open: (event, subscriptionIds) =>
      run(async (table) => {
        for (let at = 0; at < subscriptionIds.length; at += MAX_OPERATIONS) {
          const actions = subscriptionIds.slice(at, at + MAX_OPERATIONS).map((id): TransactionAction => ['upsert', identityOf(event, id), 'Merge']);
          await table.submitTransaction(actions);
        }
      }),
    reopen: (event, subscriptionId, round) =>
      run(async (table) => {
        await table.upsertEntity({ ...identityOf(event, subscriptionId), round: double(round), state: 'pending', attempt: 0 }, 'Replace');
      }),
    read: (subject, subscriptionId) => read(toTableKey(subject), subscriptionId),
    begin: (event, subscriptionId) => write(toTableKey(event.subject), { ...identityOf(event, subscriptionId), begun: true }),
    mark: (event, subscriptionId, { round, state, attempt, nextAtMs }) => {
      const progress = { round: double(round), state, attempt, ...(nextAtMs !== undefined && { nextAtMs: double(nextAtMs) }) };
      return write(toTableKey(event.subject), { ...identityOf(event, subscriptionId), ...progress });
    },
  };
}

type OrderEntity = ReturnType<typeof identityOf> & Record<string, unknown>;

/** A transaction takes a row once only: what was written later wins, property by property. */
function mergedByRow(entities: readonly OrderEntity[]): OrderEntity[] {
  const merged = new Map<string, OrderEntity>();
  for (const entity of entities) merged.set(entity.rowKey, { ...merged.get(entity.rowKey), ...entity });
  return [...merged.values()];
}

function identityOf({ id, type, subject, timeMs, sequence, expiryTimeMs }: DeliveredEvent, subscriptionId: string) {
  return {
    partitionKey: toTableKey(subject),
    // `|` sorts before `}`: a range over one subscription's rows needs no other bound.
    rowKey: `${subscriptionId}|${toTableKey(id)}`,
    eventId: id,
    type,
    timeMs: double(timeMs),
    ...(sequence !== undefined && { sequence }),
    ...(expiryTimeMs !== undefined && { expiryTimeMs: double(expiryTimeMs) }),
  };
}

/** Plain numbers that are whole would be sent as Int32, which milliseconds do not fit. */
function double(value: number) {
  return { type: 'Double', value: String(value) };
}

import { z } from 'zod';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { DeliveryOrder } from '../webhooks/ports';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
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
 * and no write ever conflicts.
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
    read: (subject, subscriptionId) =>
      run(async (table) => {
        const filter = `PartitionKey eq '${toTableKey(subject)}' and RowKey ge '${subscriptionId}|' and RowKey lt '${subscriptionId}}'`;
        const rows = [];
        for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(rowSchema.parse(row));
        return rows;
      }),
    begin: (event, subscriptionId) =>
      run(async (table) => {
        await table.upsertEntity({ ...identityOf(event, subscriptionId), begun: true }, 'Merge');
      }),
    mark: (event, subscriptionId, { round, state, attempt, nextAtMs }) =>
      run(async (table) => {
        const progress = { round: double(round), state, attempt, ...(nextAtMs !== undefined && { nextAtMs: double(nextAtMs) }) };
        await table.upsertEntity({ ...identityOf(event, subscriptionId), ...progress }, 'Merge');
      }),
  };
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

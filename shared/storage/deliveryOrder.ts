import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
import type { CallOrder, DeliveryLogEntry, DeliveryOrder } from '../webhooks/ports';
import { isEnd, isStart } from '../webhooks/orderRule';
import { createGroups } from './deliveryGroups';
import { toTableKey } from './deliveryKeys';
import { foldOrder, toBeginningRow, toOpenedRows, type Progress } from './orderRows';
import { createStepsRow } from './stepsRow';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

/** What is written together at most. */
const MAX_TOGETHER = 64;
/** One entity group transaction (Azure Table storage, "Performing entity group transactions"). */
const MAX_OPERATIONS = 100;

/**
 * The order in table `deliveryOrder`, partition = the invitation: a row an event for whom it is to reach, and a few rows of
 * steps; how an event stands with a subscriber is what these rows add up to. No two processes write the same row, so no
 * write waits for another. Reads and writes of one invitation by many deliveries at once go together.
 */
export function createDeliveryOrder(tables: Tables): DeliveryOrder {
  const run = async <T>(action: (table: TableClient) => Promise<T>): Promise<T> => {
    try {
      return await action(await tables.client('deliveryOrder'));
    } catch (error) {
      throw storageUnavailable(error);
    }
  };

  const open = createGroups<Opening, boolean>(MAX_TOGETHER, (_invitation, openings) =>
    run(async (table) => {
      try {
        await submitAll(table, toActions(openings, 'create'));
        return openings.map(({ event }) => isStart(event));
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        await submitAll(table, toActions(openings, 'upsert'));
        return openings.map(() => false);
      }
    }),
  );

  const stepsRow = createStepsRow();
  const step = createGroups<Progress, undefined>(MAX_TOGETHER, (invitation, steps) =>
    run(async (table) => {
      await stepsRow.add(table, invitation, steps);
      return steps.map(() => undefined);
    }),
  );

  const read = createGroups<undefined, CallOrder>(Number.POSITIVE_INFINITY, (invitation, readers) =>
    run(async (table) => {
      const rows = [];
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${invitation}'` } })) rows.push(row);
      const order = foldOrder(rows);
      return readers.map(() => order);
    }),
  );

  return {
    open: (event, subscriptionIds) => open(toTableKey(event.subject), { event, subscriptionIds }),
    async reopen(event, subscriptionId, round) {
      await open(toTableKey(event.subject), { event, subscriptionIds: [subscriptionId] });
      await step(toTableKey(event.subject), { subscriptionId, eventId: event.id, atMs: event.timeMs, round, state: 'pending', attempt: 0 });
    },
    read: (subject) => read(toTableKey(subject), undefined),
    begin: (event, subscriptionId) => step(toTableKey(event.subject), { subscriptionId, eventId: event.id, atMs: event.timeMs, begun: true }),
    advance: (entry) => step(toTableKey(entry.subject), afterEntry(entry)),
  };
}

interface Opening {
  readonly event: DeliveredEvent;
  readonly subscriptionIds: readonly string[];
}

/**
 * @param beginning how a call's row of its beginning is written for `started`: to create it succeeds only where neither it
 * nor the call's end has been noted before.
 */
function toActions(openings: readonly Opening[], beginning: 'create' | 'upsert'): TransactionAction[] {
  // The same event twice at once is one row: a transaction takes a row once only.
  const actions = new Map<string, TransactionAction>();
  for (const { event, subscriptionIds } of openings) {
    for (const row of toOpenedRows(event, subscriptionIds)) actions.set(row.rowKey, ['upsert', row, 'Replace']);
    const row = toBeginningRow(event);
    if (isStart(event)) actions.set(row.rowKey, beginning === 'create' ? ['create', row] : ['upsert', row, 'Replace']);
    else if (isEnd(event) && !actions.has(row.rowKey)) actions.set(row.rowKey, ['upsert', row, 'Replace']);
  }
  return [...actions.values()];
}

async function submitAll(table: TableClient, actions: readonly TransactionAction[]): Promise<void> {
  for (let at = 0; at < actions.length; at += MAX_OPERATIONS) await table.submitTransaction(actions.slice(at, at + MAX_OPERATIONS));
}

/** How far an event has come by an attempt, or by its end without one. */
function afterEntry({ subscriptionId, eventId, round, attempt, attempted, outcome, nextAtMs, atMs }: DeliveryLogEntry): Progress {
  const made = attempted ? attempt : attempt - 1;
  return { subscriptionId, eventId, atMs, round, state: outcome === 'retrying' ? 'pending' : 'settled', attempt: made, ...(nextAtMs !== undefined && { nextAtMs }) };
}

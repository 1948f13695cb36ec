import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
import type { CallOrder, DeliveryLogEntry, DeliveryOrder } from '../webhooks/ports';
import { isEnd, isStart } from '../webhooks/orderRule';
import { createCallRows, type CallRows } from './callRows';
import { createGroups } from './deliveryGroups';
import { toTableKey } from './deliveryKeys';
import { foldOrder, toBeginningRow, toOpenedRow, toOpenedTexts, toStepsRow, type Progress } from './orderRows';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

/** What is written together at most. */
const MAX_TOGETHER = 64;
/** A transaction has 4 MiB at most, a row 1 (Azure Table storage, "Performing entity group transactions"). */
const MAX_ROWS = 4;

/**
 * The order in table `deliveryOrder`, partition = the invitation: a row of each process that knows something of it, mostly one;
 * how an event stands with a subscriber is what these rows add up to. No two processes write the same row, and one merges each
 * text of its own by itself, so no write waits for another. Reads and writes of one invitation by many deliveries at once go together.
 */
export function createDeliveryOrder(tables: Tables): DeliveryOrder {
  const run = async <T>(action: (table: TableClient) => Promise<T>): Promise<T> => {
    try {
      return await action(await tables.client('deliveryOrder'));
    } catch (error) {
      throw storageUnavailable(error);
    }
  };

  const callRows = createCallRows();
  const open = createGroups<Opening, boolean>(MAX_TOGETHER, (invitation, openings) =>
    run(async (table) => {
      const opened = toOpened(callRows, invitation, openings);
      try {
        const isFirst = await submitUnlessKnown(table, [...toBeginning(openings, 'create'), ...opened]);
        if (!isFirst) await submitAll(table, [...toBeginning(openings, 'upsert'), ...opened]);
        return openings.map(({ event }) => isFirst && isStart(event));
      } catch (error) {
        callRows.leave(invitation);
        throw error;
      }
    }),
  );

  const step = createGroups<Progress, undefined>(MAX_TOGETHER, (invitation, steps) =>
    run(async (table) => {
      try {
        await table.upsertEntity(toStepsRow(invitation, callRows.forSteps(invitation, steps)), 'Merge');
      } catch (error) {
        callRows.leave(invitation);
        throw error;
      }
      return steps.map(() => undefined);
    }),
  );

  const read = createGroups<undefined, CallOrder>(Number.POSITIVE_INFINITY, (invitation, readers) =>
    run(async (table) => {
      const rows = [];
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${invitation}'` } }))
        rows.push(row);
      const order = foldOrder(rows);
      return readers.map(() => order);
    }),
  );

  return {
    open: (event, subscriptionIds) => open(toTableKey(event.subject), { event, subscriptionIds }),
    async reopen(event, subscriptionId, round) {
      await open(toTableKey(event.subject), { event, subscriptionIds: [subscriptionId] });
      await step(toTableKey(event.subject), {
        subscriptionId,
        eventId: event.id,
        atMs: event.timeMs,
        round,
        state: 'pending',
        attempt: 0,
      });
    },
    read: (subject) => read(toTableKey(subject), undefined),
    begin: (event, subscriptionId) =>
      step(toTableKey(event.subject), { subscriptionId, eventId: event.id, atMs: event.timeMs, begun: true }),
    advance: (entry) => step(toTableKey(entry.subject), afterEntry(entry)),
  };
}

interface Opening {
  readonly event: DeliveredEvent;
  readonly subscriptionIds: readonly string[];
}

/** Events and their receivers, in rows of this process. */
function toOpened(callRows: CallRows, invitation: string, openings: readonly Opening[]): TransactionAction[] {
  // A transaction takes a row once only.
  const rows = new Map<string, ReturnType<typeof toOpenedRow>>();
  for (const { event, subscriptionIds } of openings) {
    for (const texts of toOpenedTexts(event, subscriptionIds)) {
      const name = callRows.forText(invitation, JSON.stringify(texts).length, event.timeMs);
      rows.set(name, { ...rows.get(name), ...toOpenedRow(invitation, name, event, texts) });
    }
  }
  return [...rows.values()].map((row) => ['upsert', row, 'Merge']);
}

/**
 * The row that a call began or ended, where these events are its beginning or its end. @param beginning how it is written for
 * `started`: to create it succeeds only where neither has been noted before.
 */
function toBeginning(openings: readonly Opening[], beginning: 'create' | 'upsert'): TransactionAction[] {
  const start = openings.find(({ event }) => isStart(event));
  const either = start ?? openings.find(({ event }) => isEnd(event));
  if (either === undefined) return [];
  const row = toBeginningRow(either.event);
  return [start !== undefined && beginning === 'create' ? ['create', row] : ['upsert', row, 'Replace']];
}

/** Resolves to false, with nothing done, where a row that was to be created is there. */
async function submitUnlessKnown(table: TableClient, actions: readonly TransactionAction[]): Promise<boolean> {
  try {
    await submitAll(table, actions);
    return true;
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    return false;
  }
}

async function submitAll(table: TableClient, actions: readonly TransactionAction[]): Promise<void> {
  for (let at = 0; at < actions.length; at += MAX_ROWS) await table.submitTransaction(actions.slice(at, at + MAX_ROWS));
}

/** How far an event has come by an attempt, or by its end without one. */
function afterEntry({
  subscriptionId,
  eventId,
  round,
  attempt,
  attempted,
  outcome,
  nextAtMs,
  atMs,
}: DeliveryLogEntry): Progress {
  const made = attempted ? attempt : attempt - 1;
  return {
    subscriptionId,
    eventId,
    atMs,
    round,
    state: outcome === 'retrying' ? 'pending' : 'settled',
    attempt: made,
    ...(nextAtMs !== undefined && { nextAtMs }),
  };
}

import { randomInt, randomUUID } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { noDeliveries } from '../webhooks/deliveryCounts';
import { parseDeliveryId, type DeliveredEvent } from '../webhooks/deliveryMessage';
import type { DeliveryCounts, DeliveryJournal, DeliveryLogEntry } from '../webhooks/ports';
import { isEnd, isStart, type OrderRow } from '../webhooks/orderRule';
import { cursorRefused, decodeCursor, encodeCursor } from './cursor';
import { createCountsRow, readCounts } from './countsRow';
import { createGroups } from './deliveryGroups';
import { shardOf, toNewestFirst, toTableKey } from './deliveryKeys';
import { fromLogRow, LOG, toLogRows } from './logRows';
import { foldOrder, toBeginningRow, toOpenedRows, type Progress } from './orderRows';
import { createStepsRow } from './stepsRow';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

/** What is done together at most: with answers of 4 KiB each within 4 MiB (Azure Table storage, "Performing entity group transactions"). */
const MAX_RECORDED = 64;
/** One entity group transaction. */
const MAX_OPERATIONS = 100;
/** Of several instances each has mostly a counts row of its own, so that they do not get in each other's way. */
const STRIPES = 16;
/** A page looks no further than this: a quiet subscriber's last attempt may lie far back among those of its shard. */
const MAX_ROWS_A_PAGE = 1000;
/** Clocks of instances differ, so an attempt may have been noted as before its event. */
const CLOCK_SKEW_MS = 60_000;

/**
 * The log in table `deliveries`, partition = the shard of the subscription: an attempt is one entry in a row that holds all
 * attempts of the moment (group commit), and the counts that include it are in the same transaction. The order in table
 * `deliveryOrder`, partition = the invitation: a row an event for whom it is to reach, and a few rows of steps; how an event
 * stands with a subscriber is what these rows add up to.
 * @param stripe the counts row of this process, from 0 to 15; any will do, also one that another process writes.
 */
export function createDeliveryJournal(tables: Tables, stripe = randomInt(STRIPES)): DeliveryJournal {
  const run = async <T>(name: 'deliveries' | 'deliveryOrder', action: (table: TableClient) => Promise<T>): Promise<T> => {
    try {
      return await action(await tables.client(name));
    } catch (error) {
      throw storageUnavailable(error);
    }
  };

  const open = createGroups<Opening, boolean>(MAX_RECORDED, (_partition, openings) =>
    run('deliveryOrder', async (table) => {
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
  const step = createGroups<Progress, undefined>(MAX_RECORDED, (partition, steps) =>
    run('deliveryOrder', async (table) => {
      await stepsRow.add(table, partition, steps);
      return steps.map(() => undefined);
    }),
  );

  const countsRow = createCountsRow(stripe);
  const log = createGroups<DeliveryLogEntry, DeliveryCounts>(MAX_RECORDED, (shard, entries) =>
    run('deliveries', async (table) => {
      const counts = await countsRow.commit(table, shard, toLogRows(entries, randomUUID()), entries);
      return entries.map(({ subscriptionId }) => counts[subscriptionId] ?? noDeliveries);
    }),
  );

  const read = createGroups<string, OrderRow[]>(Number.POSITIVE_INFINITY, (partition, subscriptionIds) =>
    run('deliveryOrder', async (table) => {
      const rows = [];
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${partition}'` } })) rows.push(row);
      return foldOrder(rows, subscriptionIds);
    }),
  );

  const count = createGroups<string, DeliveryCounts>(Number.POSITIVE_INFINITY, (shard, ids) =>
    run('deliveries', async (table) => {
      const countsOf = await readCounts(table, shard);
      return ids.map(countsOf);
    }),
  );

  async function* logRows(subscriptionId: string, range: string) {
    const table = await tables.client('deliveries');
    try {
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${shardOf(subscriptionId)}' and ${range}` } })) yield { rowKey: row.rowKey ?? '', entries: fromLogRow(row) };
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  const advance = async (entry: DeliveryLogEntry): Promise<void> => step(toTableKey(entry.subject), afterEntry(entry));

  return {
    open: (event, subscriptionIds) => open(toTableKey(event.subject), { event, subscriptionIds }),
    async reopen(event, subscriptionId, round) {
      await open(toTableKey(event.subject), { event, subscriptionIds: [subscriptionId] });
      await step(toTableKey(event.subject), { subscriptionId, eventId: event.id, atMs: event.timeMs, round, state: 'pending', attempt: 0 });
    },
    read: (subject, subscriptionId) => read(toTableKey(subject), subscriptionId),
    async begin(event, subscriptionId) {
      await step(toTableKey(event.subject), { subscriptionId, eventId: event.id, atMs: event.timeMs, begun: true });
    },
    async record(entry) {
      const counts = await log(shardOf(entry.subscriptionId), entry);
      await advance(entry);
      return counts;
    },
    advance,
    async find({ subscriptionId, eventId, round, attempt }, sinceMs) {
      for await (const { entries } of logRows(subscriptionId, since(sinceMs))) {
        const found = entries.find((entry) => entry.subscriptionId === subscriptionId && entry.eventId === eventId && entry.round === round && entry.attempt === attempt);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async page(subscriptionId, { limit, cursor }) {
      const [from, skipped] = parsePlace(decodeCursor(cursor));
      const entries: DeliveryLogEntry[] = [];
      let rows = 0;
      for await (const { rowKey, entries: found } of logRows(subscriptionId, `RowKey ge '${from}' and RowKey lt '${LOG}~'`)) {
        if (rows === MAX_ROWS_A_PAGE) return { entries, cursor: encodeCursor(`${rowKey}#0`) };
        rows += 1;
        for (const [index, entry] of found.entries()) {
          if (entry.subscriptionId !== subscriptionId || (rowKey === from && index < skipped)) continue;
          if (entries.length === limit) return { entries, cursor: encodeCursor(`${rowKey}#${index}`) };
          entries.push(entry);
        }
      }
      return { entries };
    },
    async latestSince(subscriptionId, sinceMs) {
      const latest = new Map<string, DeliveryLogEntry>();
      for await (const { entries } of logRows(subscriptionId, since(sinceMs))) {
        for (const entry of entries) {
          const { deliveryId } = entry;
          if (entry.subscriptionId !== subscriptionId || (parseDeliveryId(deliveryId)?.timeMs ?? 0) < sinceMs) continue;
          const known = latest.get(deliveryId);
          if (known === undefined || isLater(entry, known)) latest.set(deliveryId, entry);
        }
      }
      return latest;
    },
    counts: (subscriptionId) => count(shardOf(subscriptionId), subscriptionId),
  };
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

interface Opening {
  readonly event: DeliveredEvent;
  readonly subscriptionIds: readonly string[];
}

/** How far an event has come by an attempt, or by its end without one. */
function afterEntry({ subscriptionId, eventId, round, attempt, attempted, outcome, nextAtMs, atMs }: DeliveryLogEntry): Progress {
  const made = attempted ? attempt : attempt - 1;
  return { subscriptionId, eventId, atMs, round, state: outcome === 'retrying' ? 'pending' : 'settled', attempt: made, ...(nextAtMs !== undefined && { nextAtMs }) };
}

/** The log rows written since then, as a range of keys. */
function since(sinceMs: number): string {
  return `RowKey ge '${LOG}' and RowKey lt '${LOG}${toNewestFirst(sinceMs - CLOCK_SKEW_MS)}~'`;
}

/** By number, because the clocks of instances differ. */
function isLater(one: DeliveryLogEntry, other: DeliveryLogEntry): boolean {
  return one.round !== other.round ? one.round > other.round : one.attempt > other.attempt;
}

/** A row and how many of its entries have been shown. */
function parsePlace(place: string | undefined): readonly [rowKey: string, skipped: number] {
  if (place === undefined) return [LOG, 0];
  const [, rowKey, skipped] = /^(d\|\d{13}\|[\w-]+)#(\d{1,3})$/.exec(place) ?? [];
  if (rowKey === undefined) throw cursorRefused();
  return [rowKey, Number(skipped)];
}

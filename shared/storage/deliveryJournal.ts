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
import { grouped } from './grouped';
import { foldOrder, toBeginningRow, toOpenedRows, toProgressRows, type Progress } from './orderRows';
import { fromLogRow, LOG, toLogRows } from './logRows';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

/**
 * What is done together at most: the rows of so many entries are within 100 operations, and with answers of 4 KiB each
 * within 4 MiB (Azure Table storage, "Performing entity group transactions").
 */
const MAX_RECORDED = 64;
const MAX_OPENED = 50;
const MAX_OPERATIONS = 100;
/** Of several instances each has mostly a counts row of its own, so that they do not get in each other's way. */
const STRIPES = 16;
/** A page looks no further than this: a quiet subscriber's last attempt may lie far back among those of its shard. */
const MAX_ROWS_A_PAGE = 1000;
/** Clocks of instances differ, so an attempt may have been noted as before its event. */
const CLOCK_SKEW_MS = 60_000;

/** What is written after, or instead of, an attempt. */
type Job = { readonly progress: Progress; readonly entry?: DeliveryLogEntry };

/**
 * Deliveries in table `deliveries`, partition = the shard of the subscription. An attempt is one entry in a row that holds
 * all attempts of the moment (group commit), and in the same transaction stand how far its event has come and the counts
 * that include it: after a crash there is all of it or nothing. What an event's order is with a subscriber is read from
 * the rows of the invitation, which are few, however many subscribers share them.
 * @param stripe the counts row of this process, from 0 to 15; any will do, also one that another process writes.
 */
export function createDeliveryJournal(tables: Tables, stripe = randomInt(STRIPES)): DeliveryJournal {
  const run = async <T>(action: (table: TableClient) => Promise<T>): Promise<T> => {
    try {
      return await action(await tables.client('deliveries'));
    } catch (error) {
      throw storageUnavailable(error);
    }
  };

  const open = createGroups<Opening, boolean>(MAX_OPENED, (shard, openings) =>
    run(async (table) => {
      const actions = toActions(shard, openings, 'create');
      try {
        await submitAll(table, actions);
        return openings.map(({ event }) => isStart(event));
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        // Of at least one call something was noted before: whichever it is, it is always right to say so of all.
        await submitAll(table, toActions(shard, openings, 'upsert'));
        return openings.map(() => false);
      }
    }),
  );

  const countsRow = createCountsRow(stripe);
  const record = createGroups<Job, DeliveryCounts>(MAX_RECORDED, (shard, jobs) =>
    run(async (table) => {
      const batch = randomUUID();
      const entries = jobs.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
      const rows = [...toProgressRows(jobs.map(({ progress }) => progress), batch), ...toLogRows(entries, batch)];
      const counts = await countsRow.commit(table, shard, rows, entries);
      return jobs.map(({ progress }) => counts[progress.subscriptionId] ?? noDeliveries);
    }),
  );

  const read = createGroups<Reading, OrderRow[]>(Number.POSITIVE_INFINITY, (_lane, readings) =>
    run(async (table) => {
      const { shard = '', invitation = '' } = readings[0] ?? {};
      const rows = [];
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${shard}' and RowKey ge 'o|${invitation}|' and RowKey lt 'o|${invitation}}'` } })) rows.push(row);
      return foldOrder(rows, readings.map(({ subscriptionId }) => subscriptionId));
    }),
  );

  const count = createGroups<string, DeliveryCounts>(Number.POSITIVE_INFINITY, (shard, ids) =>
    run(async (table) => {
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

  return {
    async open(event, subscriptionIds) {
      const byShard = grouped(subscriptionIds, shardOf);
      const begun = await Promise.all([...byShard].map(async ([shard, ids]) => ((await open(shard, { event, subscriptionIds: ids })) ? ids : [])));
      return new Set(begun.flat());
    },
    async reopen(event, subscriptionId, round) {
      const shard = shardOf(subscriptionId);
      await open(shard, { event, subscriptionIds: [subscriptionId] });
      await record(shard, { progress: { ...progressOf(event, subscriptionId), round, state: 'pending', attempt: 0 } });
    },
    read(subject, subscriptionId) {
      const [shard, invitation] = [shardOf(subscriptionId), toTableKey(subject)];
      return read(`${shard}|${invitation}`, { shard, invitation, subscriptionId });
    },
    async begin(event, subscriptionId) {
      await record(shardOf(subscriptionId), { progress: { ...progressOf(event, subscriptionId), begun: true } });
    },
    record: (entry) => record(shardOf(entry.subscriptionId), { entry, progress: afterEntry(entry) }),
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
      for await (const { entries } of logRows(subscriptionId, `RowKey ge '${LOG}' and RowKey lt '${LOG}${toNewestFirst(sinceMs - CLOCK_SKEW_MS)}~'`)) {
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
function toActions(partitionKey: string, openings: readonly Opening[], beginning: 'create' | 'upsert'): TransactionAction[] {
  // The same event twice at once is one row: a transaction takes a row once only.
  const actions = new Map<string, TransactionAction>();
  for (const { event, subscriptionIds } of openings) {
    for (const row of toOpenedRows(event, subscriptionIds)) actions.set(row.rowKey, ['upsert', { partitionKey, ...row }, 'Replace']);
    const row = { partitionKey, ...toBeginningRow(event) };
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

interface Reading {
  readonly shard: string;
  readonly invitation: string;
  readonly subscriptionId: string;
}

function progressOf({ id, subject, timeMs }: DeliveredEvent, subscriptionId: string) {
  return { subscriptionId, eventId: id, subject, atMs: timeMs };
}

/** How far an event has come by an attempt, or by its end without one. */
function afterEntry({ subscriptionId, eventId, subject, round, attempt, attempted, outcome, nextAtMs, atMs }: DeliveryLogEntry): Progress {
  const made = attempted ? attempt : attempt - 1;
  return { subscriptionId, eventId, subject, atMs, round, state: outcome === 'retrying' ? 'pending' : 'settled', attempt: made, ...(nextAtMs !== undefined && { nextAtMs }) };
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

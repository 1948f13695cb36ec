import { randomInt, randomUUID } from 'node:crypto';
import { noDeliveries } from '../webhooks/deliveryCounts';
import { parseDeliveryId } from '../webhooks/deliveryMessage';
import type { DeliveryCounts, DeliveryLog, DeliveryLogEntry } from '../webhooks/ports';
import { createCountsRow, readCounts } from './countsRow';
import { cursorRefused, decodeCursor, encodeCursor } from './cursor';
import { createGroups } from './deliveryGroups';
import { shardOf, toNewestFirst } from './deliveryKeys';
import { fromLogRow, LOG, toLogRows } from './logRows';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/** What is written together at most: with answers of 4 KiB each within 4 MiB (Azure Table storage, "Performing entity group transactions"). */
const MAX_TOGETHER = 64;
/** Of several instances each has mostly a counts row of its own, so that they do not get in each other's way. */
const STRIPES = 16;
/** A page looks no further than this: a quiet subscriber's last attempt may lie far back among those of its shard. */
const MAX_ROWS_A_PAGE = 1000;
/** Clocks of instances differ, so an attempt may have been noted as before its event. */
const CLOCK_SKEW_MS = 60_000;

/**
 * The log in table `deliveries`, partition = the shard of the subscription: an attempt is one entry in a row that holds all
 * attempts of the moment (group commit), and the counts that include it are in the same transaction, so that they always
 * add up.
 * @param stripe the counts row of this process, from 0 to 15; any will do, also one that another process writes.
 */
export function createDeliveryLog(tables: Tables, stripe = randomInt(STRIPES)): DeliveryLog {
  const countsRow = createCountsRow(stripe);
  const write = createGroups<DeliveryLogEntry, DeliveryCounts>(MAX_TOGETHER, async (shard, entries) => {
    try {
      const counts = await countsRow.commit(await tables.client('deliveries'), shard, toLogRows(entries, randomUUID()), entries);
      return entries.map(({ subscriptionId }) => counts[subscriptionId] ?? noDeliveries);
    } catch (error) {
      throw storageUnavailable(error);
    }
  });

  const count = createGroups<string, DeliveryCounts>(Number.POSITIVE_INFINITY, async (shard, ids) => {
    try {
      const countsOf = await readCounts(await tables.client('deliveries'), shard);
      return ids.map(countsOf);
    } catch (error) {
      throw storageUnavailable(error);
    }
  });

  async function* rows(subscriptionId: string, range: string) {
    const table = await tables.client('deliveries');
    try {
      for await (const row of table.listEntities({ queryOptions: { filter: `PartitionKey eq '${shardOf(subscriptionId)}' and ${range}` } })) yield { rowKey: row.rowKey ?? '', entries: fromLogRow(row) };
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  return {
    write: (entry) => write(shardOf(entry.subscriptionId), entry),
    async find({ subscriptionId, eventId, round, attempt }, sinceMs) {
      for await (const { entries } of rows(subscriptionId, since(sinceMs))) {
        const found = entries.find((entry) => entry.subscriptionId === subscriptionId && entry.eventId === eventId && entry.round === round && entry.attempt === attempt);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async page(subscriptionId, { limit, cursor }) {
      const [from, skipped] = parsePlace(decodeCursor(cursor));
      const entries: DeliveryLogEntry[] = [];
      let looked = 0;
      for await (const { rowKey, entries: found } of rows(subscriptionId, `RowKey ge '${from}' and RowKey lt '${LOG}~'`)) {
        if (looked === MAX_ROWS_A_PAGE) return { entries, cursor: encodeCursor(`${rowKey}#0`) };
        looked += 1;
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
      for await (const { entries } of rows(subscriptionId, since(sinceMs))) {
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

/** The rows written since then, as a range of keys. */
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

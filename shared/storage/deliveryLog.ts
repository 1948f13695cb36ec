import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import { noDeliveries } from '../webhooks/deliveryCounts';
import { parseDeliveryId } from '../webhooks/deliveryMessage';
import type { DeliveryCounts, DeliveryLog, DeliveryLogEntry } from '../webhooks/ports';
import { createCountsRow, readCounts } from './countsRow';
import { cursorRefused, decodeCursor, encodeCursor } from './cursor';
import { createGatheringGroups, createGroups } from './deliveryGroups';
import { LOG_PARTITION, toNewestFirst } from './deliveryKeys';
import { fromLogRow, LOG, toLogRows } from './logRows';
import type { Tables } from './tables';
import { storageUnavailable } from './translateStorageError';

/** What is written together at most: with answers of 4 KiB each, of which every byte may need seven, within 4 MiB (Azure Table storage, "Performing entity group transactions"). */
const MAX_TOGETHER = 64;
/**
 * An event's deliveries end one after another within a tenth of a second or two, and mostly nobody waits for their entries:
 * written together, they cost the tables and the process a few transactions. Who is killed has that much to do again.
 */
const GATHERED_MS = 250;
/** Of several instances each has mostly a counts row of its own, so that they do not get in each other's way. */
const STRIPES = 16;
/** A page looks no further than this: a quiet subscriber's last attempt may lie far back among those of the others. */
const MAX_ROWS_A_PAGE = 1000;
/** Clocks of instances differ, so an attempt may have been noted as before its event. */
const CLOCK_SKEW_MS = 60_000;

export interface DeliveryLogOptions {
  /** Lets entries wait for each other, for a quarter of a second; without it they are written as they come. */
  readonly clock?: Clock;
  /** The counts row of this process, from 0 to 15; any will do, also one that another process writes. */
  readonly stripe?: number;
}

/**
 * The log in table `deliveries`, in one partition: an attempt is one entry in a row that holds all
 * attempts of the moment (group commit), and the counts that include it are in the same transaction, so that they always
 * add up.
 */
export function createDeliveryLog(
  tables: Tables,
  { clock, stripe = randomInt(STRIPES) }: DeliveryLogOptions = {},
): DeliveryLog {
  const countsRow = createCountsRow(stripe);
  const commit = async (partition: string, entries: readonly DeliveryLogEntry[]): Promise<DeliveryCounts[]> => {
    try {
      const counts = await countsRow.commit(
        await tables.client('deliveries'),
        partition,
        toLogRows(entries, randomUUID()),
        entries,
      );
      return entries.map(({ subscriptionId }) => counts[subscriptionId] ?? noDeliveries);
    } catch (error) {
      throw storageUnavailable(error);
    }
  };
  const writes = createGatheringGroups(
    MAX_TOGETHER,
    commit,
    clock && { clock, forMs: GATHERED_MS, enough: MAX_TOGETHER },
  );

  const count = createGroups<string, DeliveryCounts>(Number.POSITIVE_INFINITY, async (partition, ids) => {
    try {
      const countsOf = await readCounts(await tables.client('deliveries'), partition);
      return ids.map(countsOf);
    } catch (error) {
      throw storageUnavailable(error);
    }
  });

  async function* rows(range: string) {
    const table = await tables.client('deliveries');
    try {
      for await (const row of table.listEntities({
        queryOptions: { filter: `PartitionKey eq '${LOG_PARTITION}' and ${range}` },
      }))
        yield { rowKey: row.rowKey ?? '', entries: fromLogRow(row) };
    } catch (error) {
      throw storageUnavailable(error);
    }
  }

  /** After a crash many are looked for at once: what is read for one, is read for all. */
  const find = createGroups<Sought, DeliveryLogEntry | undefined>(
    Number.POSITIVE_INFINITY,
    async (_partition, sought) => {
      const left = new Set(sought.map(({ attempt }) => nameOf(attempt)));
      const found = new Map<string, DeliveryLogEntry>();
      for await (const { entries } of rows(since(Math.min(...sought.map(({ sinceMs }) => sinceMs))))) {
        for (const entry of entries) if (left.delete(nameOf(entry))) found.set(nameOf(entry), entry);
        if (left.size === 0) break;
      }
      return sought.map(({ attempt }) => found.get(nameOf(attempt)));
    },
  );

  return {
    write: (entry, isAwaited) => writes.run(LOG_PARTITION, entry, isAwaited),
    hasten: () => writes.hasten(LOG_PARTITION),
    find: (attempt, sinceMs) => find(LOG_PARTITION, { attempt, sinceMs }),
    async page(subscriptionId, { limit, cursor }) {
      const [from, skipped] = parsePlace(decodeCursor(cursor));
      const entries: DeliveryLogEntry[] = [];
      let looked = 0;
      for await (const { rowKey, entries: found } of rows(`RowKey ge '${from}' and RowKey lt '${LOG}~'`)) {
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
      for await (const { entries } of rows(since(sinceMs))) {
        for (const entry of entries) {
          const { deliveryId } = entry;
          if (entry.subscriptionId !== subscriptionId || (parseDeliveryId(deliveryId)?.timeMs ?? 0) < sinceMs) continue;
          const known = latest.get(deliveryId);
          if (known === undefined || isLater(entry, known)) latest.set(deliveryId, entry);
        }
      }
      return latest;
    },
    counts: (subscriptionId) => count(LOG_PARTITION, subscriptionId),
  };
}

type SoughtAttempt = Parameters<DeliveryLog['find']>[0];

interface Sought {
  readonly attempt: SoughtAttempt;
  readonly sinceMs: number;
}

function nameOf({ subscriptionId, eventId, round, attempt }: SoughtAttempt): string {
  return `${subscriptionId} ${eventId} ${round} ${attempt}`;
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

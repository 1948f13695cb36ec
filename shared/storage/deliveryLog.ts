import { z } from 'zod';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { RelayError } from '../errors/relayError';
import { compact } from '../invitations/compact';
import { countEntry, noDeliveries } from '../webhooks/deliveryCounts';
import { deliveryOutcomes, type DeliveryCounts, type DeliveryLog, type DeliveryLogEntry } from '../webhooks/ports';
import { decodeCursor, encodeCursor } from './cursor';
import { createGroups } from './deliveryGroups';
import { toNewestFirst, toTableKey } from './deliveryKeys';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

const COUNTS_ROW = 'counts';
/** Attempt rows begin with it; the counts row sorts before them. */
const ENTRY = 'd';
/** Azure Tables: 100 operations in a transaction, of which one is the counts row. */
const MAX_BATCH = 99;
const MAX_TRIES = 10;

const entrySchema = z.object({
  deliveryId: z.string(),
  eventId: z.string(),
  type: z.string(),
  subject: z.string(),
  round: z.number(),
  attempt: z.number(),
  attempted: z.boolean(),
  atMs: z.number(),
  durationMs: z.number(),
  outcome: z.enum(deliveryOutcomes),
  status: z.number().exactOptional(),
  reason: z.string().exactOptional(),
  response: z.string().exactOptional(),
  nextAtMs: z.number().exactOptional(),
});
const countsSchema = z.object({
  attempts: z.number(),
  delivered: z.number(),
  expired: z.number(),
  dead: z.number(),
  disabled: z.number(),
  failuresInRow: z.number(),
  failingSinceMs: z.number().exactOptional(),
  lastDeliveredMs: z.number().exactOptional(),
});

interface KnownCounts {
  readonly value: DeliveryCounts;
  /** Of the counts row; undefined where there is none yet. */
  readonly etag: string | undefined;
}

/**
 * Attempts and counts in table `deliveries`: partition = the subscription. Entries and the counts that include them are
 * one transaction, so that they always add up; a busy subscriber costs one for many attempts, not one each.
 */
export function createDeliveryLog(tables: Tables): DeliveryLog {
  /** What this process wrote last of each subscription: it need not be read again unless another has written. */
  const known = new Map<string, KnownCounts>();
  const record = createGroups<DeliveryLogEntry, DeliveryCounts>(MAX_BATCH, async (subscriptionId, batch) => {
    try {
      const counts = await commit(await tables.client('deliveries'), subscriptionId, known, batch);
      return batch.map(() => counts);
    } catch (error) {
      throw storageUnavailable(error);
    }
  });

  return {
    record: (entry) => record(entry.subscriptionId, entry),
    async page(subscriptionId, { limit, cursor }) {
      const after = (decodeCursor(cursor) ?? ENTRY).replaceAll("'", "''");
      const filter = `PartitionKey eq '${toTableKey(subscriptionId)}' and RowKey gt '${after}' and RowKey lt '${ENTRY}~'`;
      const rows: { readonly rowKey: string; readonly entry: DeliveryLogEntry }[] = [];
      for await (const row of entries(await tables.client('deliveries'), subscriptionId, filter)) {
        rows.push(row);
        if (rows.length > limit) break;
      }
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        entries: shown.map(({ entry }) => entry),
        ...(rows.length > limit && last !== undefined && { cursor: encodeCursor(last.rowKey) }),
      };
    },
    async latestSince(subscriptionId, sinceMs) {
      const filter = `PartitionKey eq '${toTableKey(subscriptionId)}' and RowKey ge '${ENTRY}' and RowKey lt '${ENTRY}${toNewestFirst(sinceMs)}~'`;
      const latest = new Map<string, DeliveryLogEntry>();
      for await (const { entry } of entries(await tables.client('deliveries'), subscriptionId, filter)) latest.set(entry.deliveryId, entry);
      return latest;
    },
    async counts(subscriptionId) {
      return (await readCounts(await tables.client('deliveries'), subscriptionId)).value;
    },
  };
}

async function commit(table: TableClient, subscriptionId: string, known: Map<string, KnownCounts>, given: readonly DeliveryLogEntry[]): Promise<DeliveryCounts> {
  let pending = new Map(given.map((entry) => [toRowKey(entry), entry]));
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { value, etag } = known.get(subscriptionId) ?? (await readCounts(table, subscriptionId));
    if (pending.size === 0) return value;
    const counts = [...pending.values()].reduce(countEntry, value);
    const countsRow = { partitionKey: toTableKey(subscriptionId), rowKey: COUNTS_ROW, ...doubles(counts) };
    const actions = [...pending].map(([rowKey, entry]): TransactionAction => ['create', toRow(rowKey, entry)]);
    actions.push(etag === undefined ? ['create', countsRow] : ['update', countsRow, 'Replace', { etag }]);
    try {
      const response = await table.submitTransaction(actions);
      const newEtag = response.getResponseForEntity(COUNTS_ROW)?.etag;
      if (newEtag === undefined) known.delete(subscriptionId);
      else known.set(subscriptionId, { value: counts, etag: newEtag });
      return counts;
    } catch (error) {
      known.delete(subscriptionId);
      const status = statusOf(error);
      // 412 and 404: another instance has counted meanwhile. 409: that, or an entry is there from before a crash.
      if (status !== 412 && status !== 404 && status !== 409) throw error;
      if (status === 409) pending = await withoutKnown(table, subscriptionId, pending);
    }
  }
  throw new RelayError('storageUnavailable', 'The delivery log is being written by too many at once.');
}

async function withoutKnown(table: TableClient, subscriptionId: string, pending: ReadonlyMap<string, DeliveryLogEntry>): Promise<Map<string, DeliveryLogEntry>> {
  const unknown = new Map<string, DeliveryLogEntry>();
  for (const [rowKey, entry] of pending) {
    try {
      await table.getEntity(toTableKey(subscriptionId), rowKey, { queryOptions: { select: ['RowKey'] } });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      unknown.set(rowKey, entry);
    }
  }
  return unknown;
}

async function readCounts(table: TableClient, subscriptionId: string): Promise<KnownCounts> {
  try {
    const row = await table.getEntity(toTableKey(subscriptionId), COUNTS_ROW);
    return { value: countsSchema.parse(row), etag: row.etag };
  } catch (error) {
    if (statusOf(error) === 404) return { value: noDeliveries, etag: undefined };
    throw storageUnavailable(error);
  }
}

async function* entries(table: TableClient, subscriptionId: string, filter: string) {
  try {
    for await (const row of table.listEntities({ queryOptions: { filter } })) {
      yield { rowKey: row.rowKey ?? '', entry: { subscriptionId, ...entrySchema.parse(row) } };
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
}

/** The same attempt has the same key, whoever writes it; newest events first, then rounds and attempts in their order. */
function toRowKey({ deliveryId, eventId, round, attempt, attempted }: DeliveryLogEntry): string {
  const eventTimeMs = Number(deliveryId.split('.')[0]);
  const place = [String(round).padStart(13, '0'), String(attempt).padStart(2, '0'), attempted ? 'a' : 'e'];
  return [`${ENTRY}${toNewestFirst(eventTimeMs)}.${toTableKey(eventId)}`, ...place].join('|');
}

function toRow(rowKey: string, { subscriptionId, round, atMs, durationMs, nextAtMs, ...entry }: DeliveryLogEntry) {
  return { partitionKey: toTableKey(subscriptionId), rowKey, ...entry, ...doubles(compact({ round, atMs, durationMs, nextAtMs })) };
}

/** Plain whole numbers would be sent as Int32, which milliseconds do not fit. */
function doubles(numbers: object) {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { type: 'Double', value: String(value) }]));
}

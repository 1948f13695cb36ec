import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { RelayError } from '../errors/relayError';
import { countEntry, noDeliveries, sumCounts } from '../webhooks/deliveryCounts';
import type { DeliveryCounts, DeliveryLogEntry } from '../webhooks/ports';
import { fromTextChunks, toTextChunks } from './textChunks';
import { statusOf } from './translateStorageError';

/** Counts rows begin with it. */
const COUNTS = 'c|';
const MAX_TRIES = 10;

const countsSchema = z.record(
  z.string(),
  z.object({
    attempts: z.number(),
    delivered: z.number(),
    expired: z.number(),
    dead: z.number(),
    disabled: z.number(),
    failuresInRow: z.number(),
    failingSinceMs: z.number().exactOptional(),
    lastDeliveredMs: z.number().exactOptional(),
    lastFailedMs: z.number().exactOptional(),
  }),
);
/** By subscription. */
export type CountsBySubscription = Readonly<Record<string, DeliveryCounts>>;

interface Known {
  readonly value: CountsBySubscription;
  /** Of the row; undefined where there is none yet. */
  readonly etag: string | undefined;
}

export interface CountsRow {
  /**
   * Writes rows of a partition and the counts with these entries, all or nothing; resolves to the row's counts. Each row must
   * have a key that no one else will write: by it a transaction is recognised whose answer was lost.
   */
  commit(
    table: TableClient,
    partition: string,
    rows: readonly { readonly rowKey: string }[],
    entries: readonly DeliveryLogEntry[],
  ): Promise<CountsBySubscription>;
}

/** The counts of one writer in each partition. */
export function createCountsRow(stripe: number): CountsRow {
  const rowKey = `${COUNTS}${String(stripe).padStart(2, '0')}`;
  /** What this process wrote last: it need not be read again unless another has written. */
  const known = new Map<string, Known>();

  const read = async (table: TableClient, partition: string): Promise<Known> => {
    try {
      const row = await table.getEntity(partition, rowKey);
      return { value: countsSchema.parse(fromTextChunks(row) ?? {}), etag: row.etag };
    } catch (error) {
      if (statusOf(error) === 404) return { value: {}, etag: undefined };
      throw error;
    }
  };

  return {
    async commit(table, partition, rows, entries) {
      const creations = rows.map((row): TransactionAction => ['create', { partitionKey: partition, ...row }]);
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const { value, etag } = known.get(partition) ?? (await read(table, partition));
        const counts = withEntries(value, entries);
        const row = { partitionKey: partition, rowKey, ...toTextChunks(counts) };
        const update: TransactionAction = etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
        try {
          const response = await table.submitTransaction([...creations, update]);
          // By its place: the answer tells keys as the service encodes them.
          const newEtag = response.subResponses.at(-1)?.etag;
          if (newEtag === undefined) known.delete(partition);
          else known.set(partition, { value: counts, etag: newEtag });
          return counts;
        } catch (error) {
          known.delete(partition);
          // 412, 404, 409: another instance has counted meanwhile, or this was written by an attempt whose answer was lost.
          if (![404, 409, 412].includes(statusOf(error) ?? 0)) throw error;
          if (await exists(table, partition, rows[0]?.rowKey)) return (await read(table, partition)).value;
        }
      }
      throw new RelayError('storageUnavailable', 'The delivery log is being written by too many at once.');
    },
  };
}

/**
 * Removes the counts of all other subscriptions from every writer's row of a partition; a row that is being written keeps them
 * until the next time. @param subscriptions is asked after the counts were read, so that no new one is taken for a removed one.
 */
export async function forgetCounts(
  table: TableClient,
  partition: string,
  subscriptions: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const rows = [];
  for await (const row of countsRows(table, partition)) rows.push(row);
  if (rows.length === 0) return;
  const known = await subscriptions();
  for (const row of rows) {
    const counts = Object.entries(countsSchema.parse(fromTextChunks(row) ?? {}));
    const kept = counts.filter(([subscriptionId]) => known.has(subscriptionId));
    if (kept.length === counts.length) continue;
    try {
      await table.updateEntity(
        { partitionKey: partition, rowKey: row.rowKey ?? '', ...toTextChunks(Object.fromEntries(kept)) },
        'Replace',
        { etag: row.etag },
      );
    } catch (error) {
      if (statusOf(error) !== 412) throw error;
    }
  }
}

/** The counts of a subscription over all writers. */
export async function readCounts(
  table: TableClient,
  partition: string,
): Promise<(subscriptionId: string) => DeliveryCounts> {
  const stripes: CountsBySubscription[] = [];
  for await (const row of countsRows(table, partition)) stripes.push(countsSchema.parse(fromTextChunks(row) ?? {}));
  return (subscriptionId) =>
    sumCounts(stripes.flatMap(({ [subscriptionId]: counts }) => (counts === undefined ? [] : [counts])));
}

function countsRows(table: TableClient, partition: string) {
  return table.listEntities({
    queryOptions: { filter: `PartitionKey eq '${partition}' and RowKey ge '${COUNTS}' and RowKey lt '${COUNTS}~'` },
  });
}

function withEntries(value: CountsBySubscription, entries: readonly DeliveryLogEntry[]): CountsBySubscription {
  const counts: Record<string, DeliveryCounts> = { ...value };
  for (const entry of entries)
    counts[entry.subscriptionId] = countEntry(counts[entry.subscriptionId] ?? noDeliveries, entry);
  return counts;
}

async function exists(table: TableClient, partition: string, rowKey: string | undefined): Promise<boolean> {
  try {
    await table.getEntity(partition, rowKey ?? '', { queryOptions: { select: ['RowKey'] } });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

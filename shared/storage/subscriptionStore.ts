import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import type { Log } from '../telemetry/log';
import type { SubscriptionStore } from '../webhooks/subscriptions/subscriptionStore';
import { subscriptionSchema, type Subscription } from '../webhooks/subscriptions/subscription';
import { withDeadline } from '../withDeadline';
import { toTableKey } from './deliveryKeys';
import type { Tables } from './tables';
import { statusOf, storageUnavailable } from './translateStorageError';

const PARTITION = 'subscriptions';
/** Written in one transaction with every change; sorts away from ids, which begin with `sub_`. */
const VERSION_ROW = 'version';
/** A list so old is refreshed while it is still used, so that deliveries one after another never wait for storage… */
const FRESH_MS = 3_000;
/** …and a list so old is waited for, at most a second: a change is in effect within 5 s. */
const WAIT_AFTER_MS = 4_000;
const MAX_TRIES = 10;

interface Cached {
  readonly version: string;
  readonly checkedAtMs: number;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
}

/**
 * Subscriptions in table `subscriptions`. A list is read once and then only its version row, every 3 s at most and by
 * one reader at a time; a change made through this very store is seen at once.
 */
export function createSubscriptionStore({
  tables,
  clock,
  log,
}: {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly log: Log;
}): SubscriptionStore {
  let cached: Cached | undefined;
  let refreshing: Promise<Cached> | undefined;

  const refresh = async (): Promise<Cached> => {
    const table = await tables.client('subscriptions');
    const checkedAtMs = clock.now();
    const version = await versionOf(table);
    // The version is read before the list: a change in between makes the list newer than its version, never older.
    const subscriptions = cached?.version === version ? cached.subscriptions : await readAll(table);
    return { version, checkedAtMs, subscriptions };
  };
  const refreshOnce = (): Promise<Cached> => {
    refreshing ??= refresh()
      .then((fresh) => (cached = fresh))
      .finally(() => (refreshing = undefined));
    return refreshing;
  };
  const current = async (): Promise<Cached> => {
    const known = cached;
    if (known === undefined) return refreshOnce();
    const ageMs = clock.now() - known.checkedAtMs;
    if (ageMs < FRESH_MS) return known;
    const refreshed = withDeadline(clock, refreshOnce()).catch(() => {
      log.warn('subscriptionsStale', { ageMs });
      return known;
    });
    return ageMs < WAIT_AFTER_MS ? known : refreshed;
  };
  const write = async (change: (table: TableClient) => Promise<unknown>): Promise<void> => {
    const table = await tables.client('subscriptions');
    try {
      await change(table);
    } finally {
      cached &&= { ...cached, version: '', checkedAtMs: 0 };
    }
  };

  return {
    list: async () => [...(await current()).subscriptions.values()],
    async find(id) {
      const known = (await current()).subscriptions.get(id);
      if (known !== undefined) return known;
      const row = await readRow(await tables.client('subscriptions'), id);
      return row?.subscription;
    },
    async insert(subscription) {
      await write((table) => submit(table, [['create', toRow(subscription)]])).catch(rethrow);
    },
    async update(id, change) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const row = await readRow(await tables.client('subscriptions'), id);
        if (row === undefined) return undefined;
        const changed = change(row.subscription);
        if (changed === undefined) return row.subscription;
        try {
          await write((table) => submit(table, [['update', toRow(changed), 'Replace', { etag: row.etag }]]));
          return changed;
        } catch (error) {
          // Someone else changed or removed it meanwhile: look again.
          if (statusOf(error) !== 412 && statusOf(error) !== 404) throw storageUnavailable(error);
        }
      }
      throw new RelayError('storageUnavailable', 'The subscription is being changed by too many at once.');
    },
    async remove(id) {
      await write((table) => submit(table, [['delete', { partitionKey: PARTITION, rowKey: toTableKey(id) }]])).catch(
        (error: unknown) => {
          if (statusOf(error) !== 404) rethrow(error);
        },
      );
    },
  };
}

type Actions = Parameters<TableClient['submitTransaction']>[0];

/** The change and the version row, both or neither. */
function submit(table: TableClient, actions: Actions): Promise<unknown> {
  return table.submitTransaction([...actions, ['upsert', { partitionKey: PARTITION, rowKey: VERSION_ROW }, 'Replace']]);
}

/** The ETag changes with every write, also of the same content. Before the first change there is no row. */
async function versionOf(table: TableClient): Promise<string> {
  try {
    return (await table.getEntity(PARTITION, VERSION_ROW)).etag;
  } catch (error) {
    if (statusOf(error) === 404) return 'none';
    throw storageUnavailable(error);
  }
}

async function readAll(table: TableClient): Promise<ReadonlyMap<string, Subscription>> {
  const found = new Map<string, Subscription>();
  try {
    for await (const { rowKey, content } of table.listEntities<Row>({
      queryOptions: { filter: `PartitionKey eq '${PARTITION}'` },
    })) {
      if (rowKey !== undefined && rowKey !== VERSION_ROW) found.set(rowKey, fromContent(content));
    }
  } catch (error) {
    throw storageUnavailable(error);
  }
  return found;
}

async function readRow(
  table: TableClient,
  id: string,
): Promise<{ readonly subscription: Subscription; readonly etag: string } | undefined> {
  try {
    const { content, etag } = await table.getEntity<Row>(PARTITION, toTableKey(id));
    return { subscription: fromContent(content), etag };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw storageUnavailable(error);
  }
}

/** One JSON property: it is always read and written whole. At most some 15 KB (URL 2 KB, filters 7 × 50 × 256 characters would be refused by the table). */
interface Row {
  readonly content: string;
}

function toRow(subscription: Subscription) {
  return { partitionKey: PARTITION, rowKey: subscription.id, content: JSON.stringify(subscription) };
}

function fromContent(content: string): Subscription {
  return subscriptionSchema.parse(JSON.parse(content));
}

function rethrow(error: unknown): never {
  throw storageUnavailable(error);
}

import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import type { Log } from '../telemetry/log';
import { isSubscriptionId, subscriptionSchema, type Subscription } from '../webhooks/subscriptions/subscription';
import type { SubscriptionStore } from '../webhooks/subscriptions/subscriptionStore';
import { withDeadline } from '../withDeadline';
import { double, queryRows, readRow, type Row } from './calls/rows';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';
import { statusOf, storageUnavailable } from './translateStorageError';

const TABLE = 'subscriptions';
const PARTITION = 'subscriptions';
/**
 * Written in one transaction with every change; sorts away from ids, which begin with `sub_`. Who delivers reads it anyway, so it
 * also says whether contexts are in use: only then is a call's context worth a read for each event.
 */
const VERSION_ROW = 'version';
const versionKey = { partitionKey: PARTITION, rowKey: VERSION_ROW };
const NO_VERSION = 'none';
/** A list so old is refreshed while it is still used, so that deliveries one after another never wait for storage… */
const FRESH_MS = 3_000;
/** …and a list so old is waited for, at most a second: a change is in effect within 5 s. */
const WAIT_AFTER_MS = 4_000;
/** Only changes by other processes count: those of this one are made one after another. */
const MAX_TRIES = 10;
/** That contexts are in use is written once a day, and holds for the longest call that is ever expected. */
const CONTEXT_NOTED_FOR_MS = 86_400_000;
const CONTEXT_IN_USE_FOR_MS = 7 * CONTEXT_NOTED_FOR_MS;

interface Version {
  readonly version: string;
  /** When a context was attached, as far as that was written down: milliseconds since the epoch; 0 for never. */
  readonly contextAtMs: number;
}

interface Cached extends Version {
  readonly checkedAtMs: number;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
}

/**
 * Subscriptions in table `subscriptions`. A list is read once and then only its version row, every 3 s at most and by
 * one reader at a time; a change made through this very store is seen at once.
 */
export function createSubscriptionStore(tables: Tables, clock: Clock, log: Log): SubscriptionStore {
  const oneAfterAnother = createSequence();
  const cache = new SubscriptionCache(tables, clock, log);
  const write = async (change: (table: TableClient) => Promise<unknown>): Promise<void> => {
    const table = await tables.client(TABLE);
    try {
      await change(table);
    } finally {
      cache.invalidate();
    }
  };

  return {
    list: async () => [...(await cache.current()).subscriptions.values()],
    async find(id) {
      const known = (await cache.current()).subscriptions.get(id);
      if (known?.state.name === 'active') return known;
      return (await readStored(tables, id))?.subscription;
    },
    insert: (decide) =>
      oneAfterAnother(() =>
        untilUnchanged(async () => {
          const fresh = await cache.refresh();
          const subscription = decide([...fresh.subscriptions.values()]);
          if (subscription === undefined) return;
          await write((table) => table.submitTransaction([['create', toRow(subscription)], toVersion(fresh.version)]));
        }),
      ),
    update: (id, change) =>
      oneAfterAnother(() =>
        untilUnchanged(async () => {
          const row = await readStored(tables, id);
          if (row === undefined) return undefined;
          const changed = change(row.subscription);
          if (changed === undefined) return row.subscription;
          await write((table) => submit(table, [['update', toRow(changed), 'Replace', { etag: row.etag }]]));
          return changed;
        }),
      ),
    ...createContextUse(cache, clock, write),
    async remove(id) {
      if (!isSubscriptionId(id)) return;
      try {
        await write((table) => submit(table, [['delete', { partitionKey: PARTITION, rowKey: id }]]));
      } catch (error) {
        if (statusOf(error) !== 404) throw storageUnavailable(error);
      }
    },
  };
}

/** Whether contexts are in use, in the version row. */
function createContextUse(
  cache: SubscriptionCache,
  clock: Clock,
  write: (change: (table: TableClient) => Promise<unknown>) => Promise<void>,
): Pick<SubscriptionStore, 'usesContexts' | 'noteContext'> {
  return {
    async usesContexts() {
      return clock.now() - (await cache.current()).contextAtMs < CONTEXT_IN_USE_FOR_MS;
    },
    async noteContext() {
      const nowMs = clock.now();
      const { contextAtMs } = await cache.current();
      if (nowMs - contextAtMs < CONTEXT_NOTED_FOR_MS) return;
      try {
        await write((table) => table.upsertEntity({ ...versionKey, contextAtMs: double(nowMs) }, 'Merge'));
      } catch (error) {
        throw storageUnavailable(error);
      }
    },
  };
}

/** The list as it was read last, and when. */
class SubscriptionCache {
  #cached: Cached | undefined;
  #refreshing: Promise<Cached> | undefined;
  /** That storage did not respond in time when it was asked last: until it does, nothing waits for it. */
  #isAway = false;

  constructor(
    private readonly tables: Tables,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * The list that is known, while a newer one is read; waited for, a second at most, only when it is old. While storage is away it is
   * waited for once: each event would be a second late otherwise.
   */
  async current(): Promise<Cached> {
    const known = this.#cached;
    if (known === undefined) return this.refresh();
    const ageMs = this.clock.now() - known.checkedAtMs;
    if (ageMs < FRESH_MS) return known;
    const refreshed = withDeadline(this.clock, this.refresh()).catch(() => {
      if (!this.#isAway) this.log.warn('subscriptionsStale', { ageMs });
      this.#isAway = true;
      return known;
    });
    return ageMs < WAIT_AFTER_MS || this.#isAway ? known : refreshed;
  }

  /** Reads the version, and the list where that has changed; one reader at a time. */
  refresh(): Promise<Cached> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    const own: Promise<Cached> = this.#read()
      .then((fresh) => {
        if (this.#refreshing === own) this.#cached = fresh;
        this.#isAway = false;
        return fresh;
      })
      .finally(() => {
        if (this.#refreshing === own) this.#refreshing = undefined;
      });
    return (this.#refreshing = own);
  }

  /** To be called after a change: what is being read may be older than it. */
  invalidate(): void {
    this.#cached &&= { ...this.#cached, version: '', checkedAtMs: 0 };
    this.#refreshing = undefined;
    this.#isAway = false;
  }

  async #read(): Promise<Cached> {
    const checkedAtMs = this.clock.now();
    const read = await this.#readVersion();
    // The version is read before the list: a change in between makes the list newer than its version, never older.
    const subscriptions = this.#cached?.version === read.version ? this.#cached.subscriptions : await this.#readAll();
    return { ...read, checkedAtMs, subscriptions };
  }

  /** The ETag changes with every write, also of the same content. Before the first change there is no row. */
  async #readVersion(): Promise<Version> {
    const row = await readRow(this.tables, TABLE, PARTITION, VERSION_ROW);
    return { version: row?.etag ?? NO_VERSION, contextAtMs: Number(row?.contextAtMs ?? 0) };
  }

  async #readAll(): Promise<ReadonlyMap<string, Subscription>> {
    const found = new Map<string, Subscription>();
    for await (const row of queryRows(this.tables, TABLE, { filter: `PartitionKey eq '${PARTITION}'` }))
      if (row.rowKey !== VERSION_ROW) found.set(row.rowKey, fromRow(row));
    return found;
  }
}

/** Repeats `attempt` while another process has changed what it read. Errors: `storageUnavailable`, and those of `attempt`. */
async function untilUnchanged<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof RelayError) throw error;
      // The row or the version has changed or gone, or somebody made the version's row.
      if (![404, 409, 412].includes(statusOf(error) ?? 0)) throw storageUnavailable(error);
    }
  }
  throw new RelayError('storageUnavailable', 'The subscriptions are being changed by too many at once.');
}

/** Runs tasks in the order in which they come, each when the one before has ended. */
function createSequence(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task, task);
    last = run.catch(() => undefined);
    return run;
  };
}

type Actions = Parameters<TableClient['submitTransaction']>[0];

/** The change and the version row, both or neither. */
function submit(table: TableClient, actions: Actions): Promise<unknown> {
  return table.submitTransaction([...actions, ['upsert', versionKey, 'Merge']]);
}

/** The version as it was read: anything created, changed or removed since then makes the transaction fail. */
function toVersion(version: string): Actions[number] {
  return version === NO_VERSION ? ['create', versionKey] : ['update', versionKey, 'Merge', { etag: version }];
}

async function readStored(
  tables: Tables,
  id: string,
): Promise<{ readonly subscription: Subscription; readonly etag: string } | undefined> {
  const row = isSubscriptionId(id) ? await readRow(tables, TABLE, PARTITION, id) : undefined;
  return row === undefined ? undefined : { subscription: fromRow(row), etag: row.etag };
}

function toRow(subscription: Subscription): Row {
  return { partitionKey: PARTITION, rowKey: subscription.id, ...toTextChunks(subscription) };
}

function fromRow(row: Row): Subscription {
  return subscriptionSchema.parse(fromTextChunks(row));
}

import { RelayError } from '../../../shared/errors/relayError';
import type { CallRecords } from '../../../shared/invitations/record/callRecords';
import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import type { RateSlots } from '../../../shared/webhooks/delivery/pacing';
import type { SubscriberHealthRow, SubscriberHealthStore } from '../../../shared/webhooks/delivery/subscriberHealth';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import type { SubscriptionStore } from '../../../shared/webhooks/subscriptions/subscriptionStore';
import { withDeadline } from '../../../shared/withDeadline';
import { createMemoryCallRecords, type MemoryCallRecords } from '../../support/memoryCallRecords';
import type { SeededRandom } from '../../support/seededRandom';
import type { Interval, storageStates } from './scenario';
import type { Journey, Operation, SimulatedProcess } from './simulatedProcess';
import type { VirtualTime } from './virtualTime';

/** A subscription as it was from one moment on; undefined once it is deleted. */
export interface SubscriptionVersion {
  readonly fromMs: number;
  readonly subscription: Subscription | undefined;
}

/** What all processes share: tables that answer as the scenario says. */
export interface SimulatedStorage {
  readonly records: MemoryCallRecords;
  /** When each event came on record (milliseconds since the epoch), by its id. */
  readonly insertedAtMs: ReadonlyMap<string, number>;
  readonly versions: ReadonlyMap<string, readonly SubscriptionVersion[]>;
  change(id: string, change: (subscription: Subscription) => Subscription | undefined): void;
  recordsFor(process: SimulatedProcess): CallRecords;
  subscriptionsFor(process: SimulatedProcess): SubscriptionStore;
  rateSlotsFor(process: SimulatedProcess): RateSlots;
  healthFor(process: SimulatedProcess): SubscriberHealthStore;
}

export interface StoragePorts {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly startMs: number;
  readonly troubles: readonly Interval<(typeof storageStates)[number]>[];
  readonly subscriptions: readonly Subscription[];
}

/** As the store promises: a list is at most so old, unless storage does not answer. */
const FRESH_MS = 3_000;
const STALE_MS = 5_000;
const REFRESH_WAIT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;

export function createSimulatedStorage({
  time,
  random,
  startMs,
  troubles,
  subscriptions,
}: StoragePorts): SimulatedStorage {
  const records = createMemoryCallRecords();
  const insertedAtMs = new Map<string, number>();
  const versions = new Map(
    subscriptions.map((subscription): [string, SubscriptionVersion[]] => [
      subscription.id,
      [{ fromMs: -Infinity, subscription }],
    ]),
  );
  const health = new Map<string, SubscriberHealthRow>();
  const freeAtMs = new Map<string, number>();

  const stateNow = () =>
    troubles.find(({ fromMs, forMs }) => {
      const sinceMs = time.now() - startMs - fromMs;
      return sinceMs >= 0 && sinceMs < forMs;
    });
  const ask = <T>(process: SimulatedProcess, operation: Operation, effect: () => T | Promise<T>): Promise<T> => {
    const trouble = stateNow();
    const journey = (): Journey => {
      const slowness = trouble?.state === 'slow' ? 80 : 1;
      const thawsInMs = trouble?.state === 'frozen' ? startMs + trouble.fromMs + trouble.forMs - time.now() : 0;
      return {
        thereMs: thawsInMs + random.between(0.5, 5) * slowness,
        backMs: trouble?.state === 'deaf' ? Infinity : random.between(0.5, 5) * slowness,
      };
    };
    return process.request(operation, journey, () => {
      if (trouble?.state === 'away') throw new RelayError('storageUnavailable', 'It is away.');
      return effect();
    });
  };
  const note = ({ id }: RelayEvent): void => {
    if (!insertedAtMs.has(id)) insertedAtMs.set(id, time.now());
  };
  const current = (id: string): Subscription | undefined => versions.get(id)?.at(-1)?.subscription;
  const change: SimulatedStorage['change'] = (id, change) => {
    const subscription = current(id);
    if (subscription !== undefined) versions.get(id)?.push({ fromMs: time.now(), subscription: change(subscription) });
  };

  return {
    records,
    insertedAtMs,
    versions,
    change,
    recordsFor: (process) => ({
      insertEvent: (recorded) =>
        ask(process, 'insertEvent', () => {
          note(recorded.event);
          return records.insertEvent(recorded);
        }),
      writeRecord: (record) =>
        ask(process, 'writeRecord', () => {
          note(record.event);
          return records.writeRecord(record);
        }),
      indexEvent: (record) => ask(process, 'indexEvent', () => records.indexEvent(record)),
      writeResults: (event, results) => ask(process, 'writeResults', () => records.writeResults(event, results)),
      readEvents: (id) => ask(process, 'readEvents', () => records.readEvents(id)),
      readContext: (id) => ask(process, 'readEvents', () => records.readContext(id)),
      readEvent: (event) => ask(process, 'readEvent', () => records.readEvent(event)),
      writeAttempt: (event, attempt) => ask(process, 'writeAttempt', () => records.writeAttempt(event, attempt)),
      writeDelivery: (delivery) => ask(process, 'writeDelivery', () => records.writeDelivery(delivery)),
    }),
    subscriptionsFor: (process) =>
      createCachedSubscriptions(
        process,
        () =>
          ask(process, 'readSubscriptions', () =>
            [...versions.keys()].flatMap((id) => {
              const subscription = current(id);
              return subscription === undefined ? [] : [subscription];
            }),
          ),
        change,
      ),
    rateSlotsFor: (process) => ({
      reserve: (id, perMinute, count, nowMs) =>
        ask(process, 'reserve', () => {
          const firstMs = Math.max(nowMs, freeAtMs.get(id) ?? 0);
          freeAtMs.set(id, firstMs + (count * 60_000) / perMinute);
          return Array.from({ length: count }, (_, index) => firstMs + (index * 60_000) / perMinute);
        }),
      remove: () => Promise.resolve(),
    }),
    healthFor: (process) => ({
      readAll: () => ask(process, 'readSubscriptions', () => new Map(health)),
      write: (id, row) => ask(process, 'writeDelivery', () => void health.set(id, row)),
      remove: (id) => ask(process, 'writeDelivery', () => void health.delete(id)),
    }),
  };
}

/** The list that a process keeps: read in the background, waited for when it is too old. */
function createCachedSubscriptions(
  { clock }: SimulatedProcess,
  readAll: () => Promise<readonly Subscription[]>,
  change: SimulatedStorage['change'],
): SubscriptionStore {
  let cached: { readonly list: readonly Subscription[]; readonly atMs: number } | undefined;
  let refreshing: Promise<void> | undefined;
  const refresh = (): Promise<void> =>
    (refreshing ??= (async () => {
      const atMs = clock.now();
      try {
        cached = { list: await withDeadline(clock, readAll(), REQUEST_TIMEOUT_MS), atMs };
      } finally {
        refreshing = undefined;
      }
    })());
  const list = async (): Promise<readonly Subscription[]> => {
    const ageMs = cached === undefined ? Infinity : clock.now() - cached.atMs;
    if (ageMs < FRESH_MS) return cached?.list ?? [];
    const refreshed = refresh();
    if (ageMs >= STALE_MS)
      await (cached === undefined
        ? refreshed
        : Promise.race([refreshed.catch(() => undefined), clock.sleep(REFRESH_WAIT_MS)]));
    else refreshed.catch(() => undefined);
    return cached?.list ?? [];
  };
  return {
    list,
    find: async (id) => (await list()).find((subscription) => subscription.id === id),
    update: (id, apply) => {
      change(id, (subscription) => apply(subscription) ?? subscription);
      return Promise.resolve(undefined);
    },
    insert: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    usesContexts: () => Promise.resolve(true),
    noteContext: () => Promise.resolve(),
  };
}

import type { Clock } from '../../clock';
import { toRelayError } from '../../errors/relayError';
import type { CallViews } from '../../invitations/record/callViews';
import type { EventPublisher } from '../../invitations/events/publisher';
import type { Log } from '../../telemetry/log';
import type { Subscription } from '../subscriptions/subscription';
import type { SubscriptionStore } from '../subscriptions/subscriptionStore';
import type { DeliveryEnd } from './deliveryEnd';
import type { DeliveryPolicies } from './deliveryPolicy';
import { toSubscriberEvent, type SubscriberEventName } from './subscriberEvents';
import type { SubscriberHealthRow, SubscriberHealthStore } from './subscriberHealth';
import { settlesBy, STORAGE_WAIT_MS, withDeadline } from '../../withDeadline';

/** A subscription that nothing has reached for this long… */
export const FAILING_DISABLES_MS = 5 * 24 * 3_600_000;
/** …in at least so many attempts is disabled: one failure before a quiet week says nothing. */
export const FAILURES_TO_DISABLE = 20;
/** A circuit that is open for this long is reported though no event was lost yet. */
const REPORT_OPEN_AFTER_MS = 300_000;
/** The rows of all subscribers are read this often at most, and the last error of one that keeps failing is written. */
const READ_EVERY_MS = 5_000;
const WRITE_EVERY_MS = 60_000;

export interface SubscriberWatchPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'find' | 'update'>;
  readonly health: SubscriberHealthStore;
  readonly views: Pick<CallViews, 'failuresSince'>;
  readonly policies: DeliveryPolicies;
  readonly publisher: Pick<EventPublisher, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps what `/health` says of each subscriber, reports when one begins to fail and recovers, and disables one that is gone. */
export interface SubscriberWatch {
  /**
   * To be called with each end of a delivery. Never rejects, and resolves after a second at the latest; the work goes on then.
   * A healthy subscriber costs its share of one read in 5 s for all subscribers together.
   */
  observe(subscription: Subscription, end: DeliveryEnd): Promise<void>;
}

export function createSubscriberWatch(ports: SubscriberWatchPorts): SubscriberWatch {
  return new Watch(ports);
}

class Watch implements SubscriberWatch {
  #rows: ReadonlyMap<string, SubscriberHealthRow> = new Map();
  #readAtMs = -Infinity;
  /** Rows that storage may not have yet: what is read meanwhile must not bring back what was before them. */
  readonly #unwritten = new Map<string, SubscriberHealthRow>();
  readonly #checkedAtMs = new Map<string, number>();

  constructor(private readonly ports: SubscriberWatchPorts) {}

  async observe(subscription: Subscription, end: DeliveryEnd): Promise<void> {
    const { clock } = this.ports;
    await settlesBy(clock, this.#observe(subscription, end), clock.now() + STORAGE_WAIT_MS);
  }

  async #observe(subscription: Subscription, end: DeliveryEnd): Promise<void> {
    const { outcome, attempted } = end.attempt;
    try {
      if (end.disable !== undefined) await this.#disable(subscription, end.disable);
      else if (outcome === 'delivered') await this.#onSuccess(subscription);
      else if (attempted || end.isLost) await this.#onFailure(subscription, end);
    } catch (error) {
      const { code, message } = toRelayError(error);
      this.ports.log.warn('subscriberHealthNotKept', { subscriptionId: subscription.id, code, reason: message });
    }
  }

  async #onSuccess(subscription: Subscription): Promise<void> {
    const row = (await this.#current()).get(subscription.id);
    if (row?.state !== 'failing') return;
    const { failingSinceMs, isReported } = row;
    if (isReported) {
      const reason = `deliveries succeed again; they failed since ${new Date(failingSinceMs).toISOString()}`;
      await this.#publish('recovered', subscription, reason, failingSinceMs);
    }
    await this.#write(subscription.id, { ...row, state: 'healthy' });
  }

  async #onFailure(subscription: Subscription, { attempt, isLost }: DeliveryEnd): Promise<void> {
    const { policies, clock, log } = this.ports;
    const policy = policies(subscription);
    const known = (await this.#current()).get(subscription.id);
    const before = known?.state === 'failing' ? known : undefined;
    if (before === undefined && !isLost && !policy.isOpen()) return;
    const row = toFailingRow(before, policy.failingSinceMs(), attempt.reason, isLost, clock.now());
    if (row.isReported && before?.isReported !== true) {
      log.warn('subscriptionFailing', { subscriptionId: subscription.id, reason: row.lastError });
      await this.#publish('failing', subscription, row.lastError, row.failingSinceMs);
    }
    if (before?.isReported !== row.isReported || row.lastErrorAtMs - before.lastErrorAtMs >= WRITE_EVERY_MS)
      await this.#write(subscription.id, row);
    await this.#disableWhenGone(subscription, row.failingSinceMs);
  }

  async #disableWhenGone(subscription: Subscription, failingSinceMs: number): Promise<void> {
    const { clock, views } = this.ports;
    const { id } = subscription;
    if (clock.now() - failingSinceMs < FAILING_DISABLES_MS) return;
    if (clock.now() - (this.#checkedAtMs.get(id) ?? -Infinity) < WRITE_EVERY_MS) return;
    this.#checkedAtMs.set(id, clock.now());
    const failures = await views.failuresSince(id, failingSinceMs);
    if (failures < FAILURES_TO_DISABLE) return;
    const since = new Date(failingSinceMs).toISOString();
    await this.#disable(subscription, `nothing has been delivered since ${since}, in ${String(failures)} attempts`);
  }

  /** The event goes first: a crash between the two is repaired by the next attempt, and the event's id is then the same. */
  async #disable(subscription: Subscription, reason: string): Promise<void> {
    const { subscriptions, clock, log } = this.ports;
    const { id, changedAtMs } = subscription;
    const isUnchanged = (stored: Subscription): boolean =>
      stored.state.name !== 'disabled' && stored.changedAtMs === changedAtMs;
    const stored = await subscriptions.find(id);
    if (stored === undefined || !isUnchanged(stored)) return;
    await this.#publish('disabled', subscription, reason, changedAtMs);
    await subscriptions.update(id, (current) =>
      isUnchanged(current)
        ? { ...current, state: { name: 'disabled', atMs: clock.now(), reason }, changedAtMs: clock.now() }
        : undefined,
    );
    log.warn('subscriptionDisabled', { subscriptionId: id, reason });
  }

  async #current(): Promise<ReadonlyMap<string, SubscriberHealthRow>> {
    const { clock, health } = this.ports;
    if (clock.now() - this.#readAtMs < READ_EVERY_MS) return this.#rows;
    this.#readAtMs = clock.now();
    const read = await withDeadline(clock, health.readAll()).catch(() => undefined);
    if (read === undefined) return this.#rows;
    this.#rows = new Map([...read, ...this.#unwritten]);
    await Promise.allSettled([...this.#unwritten].map(([id, row]) => this.#write(id, row)));
    return this.#rows;
  }

  async #write(id: string, row: SubscriberHealthRow): Promise<void> {
    const { clock, health } = this.ports;
    this.#rows = new Map([...this.#rows, [id, row]]);
    this.#unwritten.set(id, row);
    const writing = health.write(id, row).then(() => {
      if (this.#unwritten.get(id) === row) this.#unwritten.delete(id);
    });
    await withDeadline(clock, writing);
  }

  async #publish(
    name: SubscriberEventName,
    subscription: Subscription,
    reason: string,
    occurrence: number,
  ): Promise<void> {
    const { publisher, clock } = this.ports;
    await publisher.publish([toSubscriberEvent(name, subscription, reason, clock.now(), occurrence)]);
  }
}

/** @param sinceMs the first failure that this process saw @param isLost whether an event was lost, which is reported at once */
function toFailingRow(
  before: SubscriberHealthRow | undefined,
  sinceMs: number | undefined,
  lastError = 'not delivered',
  isLost: boolean,
  nowMs: number,
): SubscriberHealthRow {
  const failingSinceMs = before?.failingSinceMs ?? sinceMs ?? nowMs;
  const isReported = before?.isReported === true || isLost || nowMs - failingSinceMs >= REPORT_OPEN_AFTER_MS;
  return { state: 'failing', failingSinceMs, lastError, lastErrorAtMs: nowMs, isReported };
}

import type { Clock } from '../../../clock';
import { RelayError, toRelayError } from '../../../errors/relayError';
import type { RecordedEvent } from '../../../invitations/record/callRecords';
import type { CallViews } from '../../../invitations/record/callViews';
import type { RelayEvent } from '../../../invitations/events/relayEvent';
import type { Log } from '../../../telemetry/log';
import { existingSubscription } from '../../subscriptions/existingSubscription';
import { matchesFilter } from '../../subscriptions/matchesFilter';
import type { Subscription } from '../../subscriptions/subscription';
import type { SubscriptionStore } from '../../subscriptions/subscriptionStore';
import { isCallEnd } from '../lateSnapshot';
import type { Render } from '../../formats/renderDelivery';
import { firstAttemptMessage } from './retryMessage';
import type { RetryQueue } from './retryQueue';

export interface RedeliverPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly views: Pick<CallViews, 'findByDeliveryId' | 'recordedBetween' | 'delivery'>;
  readonly queue: RetryQueue;
  readonly render: Render;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RecoverRequest {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Now unless given. */
  readonly untilMs?: number;
  /** Counts only. */
  readonly dryRun?: boolean;
  /** From an `Idempotency-Key`: the same key queues nothing twice. Without one, nothing is queued twice after the same attempt. */
  readonly redeliveryId?: string;
}

/** What recover did with each event of that time that the subscription's filters let through. */
export interface Recovered {
  queued: number;
  /** A message goes on with it, or it is so new that its first attempt may be under way. */
  waiting: number;
  delivered: number;
  /** Rings that are over: they are never sent late. */
  expired: number;
  /** A newer snapshot of the same call is sent in its place. */
  superseded: number;
}

/** Sends again, with the same `webhook-id`s. */
export interface Redeliver {
  /**
   * The newest snapshot of each call, and every other event, that was not delivered. Errors: `notFound`, `subscriptionInactive`,
   * `storageUnavailable`, `busUnavailable`; an event that the bus refuses is logged and skipped.
   */
  recover(subscriptionId: string, request: RecoverRequest): Promise<Recovered>;
  /**
   * Exactly one event, delivered before or not. Errors: `notFound` (no such delivery, or its event shows nothing in the
   * subscription's format), `invitationEnded` for a ring that is over, `subscriptionInactive`.
   */
  redeliver(subscriptionId: string, deliveryId: string, redeliveryId?: string): Promise<void>;
}

/** An event younger than this has its first attempt before it, or under way. */
const YOUNG_MS = 60_000;
/** A retry that is overdue by this long is not coming: its message was lost or dead-lettered. */
const OVERDUE_MS = 600_000;

/** Works from the events on record, so that it also finds what a paused or disabled subscription was not sent. */
export function createRedeliver(ports: RedeliverPorts): Redeliver {
  const { store, views, queue, render, clock, log } = ports;

  const queueEvent = async (event: RelayEvent, { id }: Subscription, redeliveryId: string): Promise<void> => {
    const redelivery = { id: redeliveryId, exact: false };
    try {
      await queue.send([{ message: firstAttemptMessage(event, id, { redelivery }) }]);
    } catch (error) {
      const { retryable, code, message } = toRelayError(error);
      if (retryable) throw error;
      log.error('eventNotRecovered', { subscriptionId: id, eventId: event.id, code, reason: message });
    }
  };

  return {
    async recover(subscriptionId, { sinceMs, untilMs = clock.now(), dryRun = false, redeliveryId }) {
      const subscription = await activeSubscription(store, subscriptionId);
      const recovered: Recovered = { queued: 0, waiting: 0, delivered: 0, expired: 0, superseded: 0 };
      const calls = new Map<string, NewerEvent>();
      for await (const recorded of views.recordedBetween(sinceMs, untilMs)) {
        const { event } = recorded;
        const isCall = event.sequence !== undefined;
        const newer = newerThan(event, calls.get(event.subject));
        if (isCallEnd(event)) calls.set(event.subject, toNewer(event));
        if (!matchesFilter(event, subscription.filters) || render(event, subscription) === undefined) continue;
        const { state, lastAtMs } = await standingOf(recorded, subscription, newer?.means, ports);
        if (isCall && newer === undefined) calls.set(event.subject, toNewer(event));
        recovered[state] += 1;
        // Requests that see the same last attempt ask for the same redelivery, which the queue takes once.
        if (state === 'queued' && !dryRun)
          await queueEvent(event, subscription, redeliveryId ?? `recover-${String(lastAtMs)}`);
      }
      log.info('deliveriesRecovered', { subscriptionId, dryRun, ...recovered });
      return recovered;
    },

    async redeliver(subscriptionId, deliveryId, redeliveryId) {
      const subscription = await activeSubscription(store, subscriptionId);
      const event = (await views.findByDeliveryId(deliveryId))?.event;
      if (event === undefined)
        throw new RelayError(
          'notFound',
          `There is no delivery ${deliveryId.slice(0, 100)}, or its event is kept no more.`,
        );
      if (isOver(event, clock.now()))
        throw new RelayError('invitationEnded', 'The ring is over; only the end of a call is sent late.');
      if (render(event, subscription) === undefined)
        throw new RelayError('notFound', 'The subscription’s format shows nothing of this event.');
      const redelivery = { id: redeliveryId ?? `redeliver-${String(clock.now())}`, exact: true };
      await queue.send([{ message: firstAttemptMessage(event, subscriptionId, { redelivery }) }]);
    },
  };
}

async function activeSubscription(store: Pick<SubscriptionStore, 'find'>, id: string): Promise<Subscription> {
  const subscription = await existingSubscription(store, id);
  if (subscription.state.name === 'active') return subscription;
  throw new RelayError(
    'subscriptionInactive',
    `The subscription is ${subscription.state.name}: set its state to active first.`,
  );
}

/** What is known of a newer event of a call: that it is recovered in the place of older ones, or that the call is over. */
interface NewerEvent {
  readonly sequence: string;
  readonly means: 'over' | 'handled';
}

function toNewer(event: RelayEvent): NewerEvent {
  return { sequence: event.sequence ?? '', means: isCallEnd(event) ? 'over' : 'handled' };
}

/** Events of one call that came together are on record in any order: only the sequence tells which is newer. */
function newerThan({ sequence = '' }: RelayEvent, known: NewerEvent | undefined): NewerEvent | undefined {
  return known !== undefined && sequence < known.sequence ? known : undefined;
}

async function standingOf(
  { event, results }: RecordedEvent,
  subscription: Subscription,
  newer: NewerEvent['means'] | undefined,
  { views, clock }: RedeliverPorts,
): Promise<{ readonly state: keyof Recovered; readonly lastAtMs: number }> {
  const first = results?.find(({ subscriptionId }) => subscriptionId === subscription.id);
  const latest = first?.outcome === 'delivered' ? first : ((await views.delivery(subscription.id, event)) ?? first);
  const standing = (): keyof Recovered => {
    if (latest?.outcome === 'delivered') return 'delivered';
    if (newer === 'handled') return 'superseded';
    if (newer === 'over' || isOver(event, clock.now())) return 'expired';
    if (latest?.outcome === 'retrying' && (latest.nextAtMs ?? 0) > clock.now() - OVERDUE_MS) return 'waiting';
    return latest === undefined && event.timeMs > clock.now() - YOUNG_MS ? 'waiting' : 'queued';
  };
  return { state: standing(), lastAtMs: latest?.atMs ?? 0 };
}

function isOver({ expiryTimeMs }: RelayEvent, nowMs: number): boolean {
  return expiryTimeMs !== undefined && nowMs >= expiryTimeMs;
}

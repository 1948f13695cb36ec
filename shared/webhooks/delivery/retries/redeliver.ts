import type { Clock } from '../../../clock';
import { RelayError } from '../../../errors/relayError';
import type { CallRecords, RecordedEvent } from '../../../invitations/record/callRecords';
import type { DeliveryResult } from '../../../invitations/record/deliveryResult';
import type { CallViews } from '../../../invitations/record/callViews';
import { invitationIdOf, type RelayEvent } from '../../../invitations/events/relayEvent';
import type { Log } from '../../../telemetry/log';
import { existingSubscription } from '../../subscriptions/existingSubscription';
import { matchesFilter } from '../../subscriptions/matchesFilter';
import type { Subscription } from '../../subscriptions/subscription';
import type { SubscriptionStore } from '../../subscriptions/subscriptionStore';
import { RECORD_LAG_MS } from '../deliveryEnd';
import { isOver, isRing, judgeLateSnapshot } from '../lateSnapshot';
import type { Render } from '../../formats/renderDelivery';
import { firstAttemptMessage } from './retryMessage';
import type { RetryQueue } from './retryQueue';

export interface RedeliverPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly records: Pick<CallRecords, 'readEvents'>;
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
  /** Sent now; a ring that ends before its turn comes is recorded as `expired` then. */
  queued: number;
  /** A message goes on with it, or it is so new that its first attempt may be under way. */
  waiting: number;
  delivered: number;
  /** Rings that are over, or whose call is: they are never sent late. */
  expired: number;
  /** Of a call that still rings: a newer snapshot stands in its place. */
  superseded: number;
}

/** Sends again, with the same `webhook-id`s. */
export interface Redeliver {
  /**
   * The newest snapshot of each call, and every other event, that was not delivered. Errors: `notFound`, `subscriptionInactive`,
   * `storageUnavailable`, `busUnavailable`; an event that the bus refuses for good is logged, and counted nowhere.
   */
  recover(subscriptionId: string, request: RecoverRequest): Promise<Recovered>;
  /**
   * Exactly one event, delivered before or not. Errors: `notFound` (no such delivery, or its event shows nothing in the
   * subscription's format), `invitationEnded` for a ring that is over, `subscriptionInactive`, `busRefused`, `messageTooLarge`.
   */
  redeliver(subscriptionId: string, deliveryId: string, redeliveryId?: string): Promise<void>;
}

/** An event younger than this has its first attempt before it, or under way. */
const YOUNG_MS = 60_000;
/** A retry that is overdue by this long is not coming: its message was lost or dead-lettered. A move may not be on record. */
const OVERDUE_MS = 600_000 + RECORD_LAG_MS;

/** Works from the events on record, so that it also finds what a paused or disabled subscription was not sent. */
export function createRedeliver(ports: RedeliverPorts): Redeliver {
  const { store, records, views, queue, render, clock, log } = ports;

  /** Whether the bus takes it. */
  const queueEvent = async (event: RelayEvent, { id }: Subscription, redeliveryId: string): Promise<boolean> => {
    const redelivery = { id: redeliveryId, exact: false };
    const [refused] = await queue.send([{ message: firstAttemptMessage(event, id, { redelivery }) }]);
    if (refused === undefined) return true;
    const { code, message } = refused.refusal;
    log.error('eventNotRecovered', {
      subscriptionId: id,
      eventId: event.id,
      invitationId: invitationIdOf(event),
      code,
      reason: message,
    });
    return false;
  };

  return {
    async recover(subscriptionId, { sinceMs, untilMs = clock.now(), dryRun = false, redeliveryId }) {
      const subscription = await activeSubscription(store, subscriptionId);
      const recovered: Recovered = { queued: 0, waiting: 0, delivered: 0, expired: 0, superseded: 0 };
      for await (const recorded of views.recordedBetween(sinceMs, untilMs)) {
        const { event } = recorded;
        if (!matchesFilter(event, subscription.filters) || render(event, subscription) === undefined) continue;
        const { state, lastAtMs } = await standingOf(recorded, subscription, ports);
        // Requests that see the same last attempt ask for the same redelivery, which the queue takes once.
        const id = redeliveryId ?? `recover-${String(lastAtMs)}`;
        if (state !== 'queued' || dryRun || (await queueEvent(event, subscription, id))) recovered[state] += 1;
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
      if (render(event, subscription) === undefined)
        throw new RelayError('notFound', 'The subscription’s format shows nothing of this event.');
      const recorded = isRing(event) && !isOver(event, clock.now()) ? await records.readEvents(event.subject) : [];
      if (
        isOver(event, clock.now()) ||
        judgeLateSnapshot(event, recorded, subscription, render, true)?.step === 'expired'
      )
        throw new RelayError('invitationEnded', 'The ring is over; only the end of a call is sent late.');
      const redelivery = { id: redeliveryId ?? `redeliver-${String(clock.now())}`, exact: true };
      const [refused] = await queue.send([{ message: firstAttemptMessage(event, subscriptionId, { redelivery }) }]);
      if (refused !== undefined) throw refused.refusal;
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

/** How an event stands with a subscription, and when its last attempt ended: milliseconds since the epoch, 0 without one. */
async function standingOf(
  { event, results }: RecordedEvent,
  subscription: Subscription,
  ports: RedeliverPorts,
): Promise<{ readonly state: keyof Recovered; readonly lastAtMs: number }> {
  const first = results?.find(({ subscriptionId }) => subscriptionId === subscription.id);
  const latest =
    first?.outcome === 'delivered' ? first : ((await ports.views.delivery(subscription.id, event)) ?? first);
  return { state: await stateOf(event, latest, subscription, ports), lastAtMs: latest?.atMs ?? 0 };
}

/** A snapshot that could still be sent is judged by its call, as its attempt will be. */
async function stateOf(
  event: RelayEvent,
  latest: Pick<DeliveryResult, 'outcome' | 'nextAtMs'> | undefined,
  subscription: Subscription,
  { records, render, clock }: RedeliverPorts,
): Promise<keyof Recovered> {
  if (latest?.outcome === 'delivered') return 'delivered';
  if (isOver(event, clock.now())) return 'expired';
  if (isRing(event)) {
    const end = judgeLateSnapshot(event, await records.readEvents(event.subject), subscription, render, false);
    if (end !== undefined) return end.step;
  }
  if (latest?.outcome === 'retrying' && (latest.nextAtMs ?? 0) > clock.now() - OVERDUE_MS) return 'waiting';
  return latest === undefined && event.timeMs > clock.now() - YOUNG_MS ? 'waiting' : 'queued';
}

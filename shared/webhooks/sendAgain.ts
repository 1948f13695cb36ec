import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import type { RelayEvent } from '../invitations/relayEvent';
import type { Log } from '../telemetry/log';
import { deliveryIdOf, parseDeliveryId } from './deliveryMessage';
import { firstMessage, toDeliveredEvent } from './fanOut';
import { existingSubscription } from './subscriptions/existingSubscription';
import { matchesFilter } from './subscriptions/matchesFilter';
import type { DeliveryArchive, DeliveryJournal, DeliveryLogEntry, DeliveryQueue, SubscriptionStore } from './ports';
import { renderDelivery } from './formats/renderDelivery';
import type { Subscription } from './subscriptions/subscription';
import type { ConfirmUrl } from './formats/teamsCard';

export interface SendAgainPorts {
  readonly store: Pick<SubscriptionStore, 'find'>;
  readonly archive: Pick<DeliveryArchive, 'find' | 'since'>;
  readonly journal: Pick<DeliveryJournal, 'latestSince' | 'reopen'>;
  readonly queue: DeliveryQueue;
  readonly confirmUrl: ConfirmUrl;
  readonly clock: Clock;
  readonly log: Log;
}

/** What recover did with each event since T that the subscription's filters let through. */
export interface Recovered {
  readonly queued: number;
  readonly alreadyDelivered: number;
  /** Still being tried, or so new that the first attempt may be on its way. */
  readonly pending: number;
  /** Rings that are over: they are never sent late. */
  readonly expired: number;
}

/** Sends again, with the same `webhook-id`s, under the same rules as the first time. */
export interface SendAgain {
  /** Everything since `sinceMs` that was not delivered. Errors: `notFound`, `requestInvalid` when the subscription is not active. */
  recover(subscriptionId: string, sinceMs: number): Promise<Recovered>;
  /** One delivery, delivered or not. Errors: `notFound`; `invitationEnded` for a ring that is over; as recover. */
  redeliver(subscriptionId: string, deliveryId: string): Promise<void>;
}

/** An event younger than this has its first attempt before it, or under way. */
const YOUNG_MS = 60_000;
/** A retry that is overdue by so much is not coming, its message lost or dead-lettered, or waits for a subscriber that is down: it ends by itself once the new round has. */
const OVERDUE_MS = 3_600_000;

/** Works from the archive of events, so that it also finds what a paused or disabled subscription never heard. */
export function createSendAgain({ store, archive, journal, queue, confirmUrl, clock, log }: SendAgainPorts): SendAgain {
  const send = async (subscription: Subscription, event: RelayEvent, round: number): Promise<boolean> => {
    const rendered = renderDelivery(event, subscription.format, confirmUrl);
    if (rendered === undefined) return false;
    await journal.reopen(toDeliveredEvent(event), subscription.id, round);
    await queue.enqueue([{ message: firstMessage(event, subscription, rendered, round) }]);
    return true;
  };

  return {
    async recover(subscriptionId, sinceMs) {
      const subscription = await activeOnly(store, subscriptionId);
      const latest = await journal.latestSince(subscriptionId, sinceMs);
      const nowMs = clock.now();
      const recovered = { queued: 0, alreadyDelivered: 0, pending: 0, expired: 0 };
      for await (const event of archive.since(sinceMs)) {
        if (!matchesFilter(event, subscription.filters)) continue;
        const standing = standingOf(event, latest.get(deliveryIdOf(event)), nowMs);
        if (standing !== 'queued' || (await send(subscription, event, nowMs))) recovered[standing] += 1;
      }
      log.info('deliveriesRecovered', { subscriptionId, ...recovered });
      return recovered;
    },
    async redeliver(subscriptionId, deliveryId) {
      const subscription = await activeOnly(store, subscriptionId);
      const named = parseDeliveryId(deliveryId);
      const event = named === undefined ? undefined : await archive.find(named);
      if (event === undefined)
        throw new RelayError('notFound', `There is no delivery ${deliveryId}, or its event is kept no more.`);
      if (isOver(event, clock.now()))
        throw new RelayError('invitationEnded', 'The ring is over; only the end of a call is sent late.');
      if (!(await send(subscription, event, clock.now())))
        throw new RelayError('notFound', 'The subscription’s format is told nothing of this event.');
    },
  };
}

async function activeOnly(store: Pick<SubscriptionStore, 'find'>, id: string): Promise<Subscription> {
  const subscription = await existingSubscription(store, id);
  if (subscription.state.name === 'active') return subscription;
  throw new RelayError(
    'requestInvalid',
    `The subscription is ${subscription.state.name}: set its state to active first.`,
  );
}

function standingOf(event: RelayEvent, latest: DeliveryLogEntry | undefined, nowMs: number): keyof Recovered {
  if (latest?.outcome === 'delivered') return 'alreadyDelivered';
  if (latest?.outcome === 'retrying' && (latest.nextAtMs ?? 0) > nowMs - OVERDUE_MS) return 'pending';
  if (isOver(event, nowMs)) return 'expired';
  return latest === undefined && event.timeMs > nowMs - YOUNG_MS ? 'pending' : 'queued';
}

function isOver({ expiryTimeMs }: RelayEvent, nowMs: number): boolean {
  return expiryTimeMs !== undefined && nowMs >= expiryTimeMs;
}

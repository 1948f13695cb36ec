import type { Clock } from '../../clock';
import type { EventPublisher } from '../../invitations/events/publisher';
import type { Log } from '../../telemetry/log';
import type { Subscription } from '../subscriptions/subscription';
import type { SubscriptionStore } from '../subscriptions/subscriptionStore';
import { toSubscriberEvent } from './subscriberEvents';

export interface DisableSubscriptionPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'update'>;
  readonly publisher: Pick<EventPublisher, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Disables a subscription and publishes `ucwa.subscription.disabled`. The event goes first: a crash between the two is repaired by
 * the next attempt, and the event's id is then the same. Errors: those of the publisher and the store.
 */
export type DisableSubscription = (subscription: Subscription, reason: string) => Promise<void>;

export function createDisableSubscription(ports: DisableSubscriptionPorts): DisableSubscription {
  const { subscriptions, publisher, clock, log } = ports;
  return async (subscription, reason) => {
    const { id, changedAtMs } = subscription;
    await publisher.publish([toSubscriberEvent('disabled', subscription, reason, clock.now(), changedAtMs)]);
    await subscriptions.update(id, (current) =>
      current.state.name === 'disabled' || current.changedAtMs !== changedAtMs
        ? undefined
        : { ...current, state: { name: 'disabled', atMs: clock.now(), reason }, changedAtMs: clock.now() },
    );
    log.warn('subscriptionDisabled', { subscriptionId: id, reason });
  };
}

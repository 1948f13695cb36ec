import { stableId } from '../../invitations/events/eventIdentity';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import type { Subscription } from '../subscriptions/subscription';

/** What the relay reports about a subscriber. */
export const subscriberEventNames = ['failing', 'recovered', 'disabled'] as const;
export type SubscriberEventName = (typeof subscriberEventNames)[number];

/** `data` of `ucwa.subscription.failing`, `recovered` and `disabled`. */
export interface SubscriberReport {
  readonly subscriptionId: string;
  /** As it is shown: scheme, host and first path segment. */
  readonly url: string;
  readonly description?: string;
  /** A sentence for the operator. */
  readonly reason: string;
}
export type SubscriberEvent = RelayEvent<`ucwa.subscription.${SubscriberEventName}`, SubscriberReport>;

/** CloudEvents `source` of events that the relay itself is the origin of. */
const RELAY_SOURCE = 'urn:ucwa-relay:webhooks';

/**
 * The event about a subscriber. Pure.
 * @param occurrence what tells this one from others of its kind: the event's id is made from it, so that of several processes that
 * report it at once one event is on the topic
 */
export function toSubscriberEvent(
  name: SubscriberEventName,
  { id, shownUrl, description }: Subscription,
  reason: string,
  timeMs: number,
  occurrence: number,
): SubscriberEvent {
  return {
    id: stableId(`subscription-${name}`, id, occurrence),
    type: `ucwa.subscription.${name}`,
    account: RELAY_SOURCE,
    subject: id,
    timeMs,
    data: { subscriptionId: id, url: shownUrl, ...(description !== undefined && { description }), reason },
  };
}

import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { RelayEvent } from '../invitations/relayEvent';
import type { EventPublisher } from '../messaging/publisher';
import type { Log } from '../telemetry/log';
import type { DeliveryCounts, SubscriptionStore } from './ports';
import type { Subscription } from './subscriptions/subscription';

/** A subscription that nothing has reached for this long… */
const FAILING_DISABLES_MS = 5 * 24 * 3_600_000;
/** …in at least so many attempts is disabled: one failure before a quiet week says nothing. */
const FAILURES_TO_DISABLE = 20;

/** `data` of `ucwa.subscription.disabled`. */
export interface SubscriptionDisabled {
  readonly subscriptionId: string;
  /** Redacted. */
  readonly url: string;
  readonly description?: string;
  /** A sentence for the operator. */
  readonly reason: string;
}
export type SubscriptionDisabledEvent = RelayEvent<'ucwa.subscription.disabled', SubscriptionDisabled>;

/** CloudEvents `source` of events that the relay itself is the origin of. */
const RELAY_SOURCE = 'urn:ucwa-relay:webhooks';

export interface AutoDisablePorts {
  readonly subscriptions: Pick<SubscriptionStore, 'update'>;
  readonly publisher: Pick<EventPublisher, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Disables a subscription and tells the operator. Of many that do it at once, one event is on the topic. */
export type AutoDisable = (subscription: Subscription, reason: string) => Promise<void>;

/** The event goes first: a crash between the two is repaired by the next attempt, and the event's id is then the same. */
export function createAutoDisable({ subscriptions, publisher, clock, log }: AutoDisablePorts): AutoDisable {
  return async (subscription, reason) => {
    await publisher.publish([toDisabledEvent(subscription, reason, clock.now())]);
    await subscriptions.update(subscription.id, (current) =>
      current.state.name === 'disabled' || current.changedAtMs !== subscription.changedAtMs
        ? undefined
        : { ...current, state: { name: 'disabled', atMs: clock.now(), reason }, changedAtMs: clock.now() },
    );
    log.warn('subscriptionDisabled', { subscriptionId: subscription.id, reason });
  };
}

/** Why an attempt's counts disable the subscription, if they do. Pure. */
export function reasonToDisable({ failingSinceMs, failuresInRow }: DeliveryCounts, nowMs: number): string | undefined {
  if (
    failingSinceMs === undefined ||
    failuresInRow < FAILURES_TO_DISABLE ||
    nowMs - failingSinceMs < FAILING_DISABLES_MS
  )
    return undefined;
  return `nothing has been delivered since ${new Date(failingSinceMs).toISOString()}, in ${failuresInRow} attempts`;
}

function toDisabledEvent(subscription: Subscription, reason: string, timeMs: number): SubscriptionDisabledEvent {
  const { id, shownUrl, description, changedAtMs } = subscription;
  return {
    id: createHash('sha256').update(`subscription-disabled\n${id}\n${changedAtMs}`).digest('hex').slice(0, 40),
    type: 'ucwa.subscription.disabled',
    account: RELAY_SOURCE,
    subject: id,
    timeMs,
    data: { subscriptionId: id, url: shownUrl, ...(description !== undefined && { description }), reason },
  };
}

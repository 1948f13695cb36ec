import type { ManageSubscriptions } from '../webhooks/subscriptions/manageSubscriptions';
import type { DeliveryCounts, DeliveryLog } from '../webhooks/ports';
import type { SubscriptionView } from '../webhooks/subscriptions/subscriptionView';
import { FAILURES_TO_OPEN } from '../webhooks/circuitBreaker';
import type { HealthCheck } from './health';

/** A subscription with what became of its deliveries so far. */
export interface SubscriberHealth {
  readonly subscription: Pick<SubscriptionView, 'id' | 'description' | 'state' | 'stateReason' | 'problem'>;
  readonly counts: DeliveryCounts;
}

/** How every subscriber is. Errors: `storageUnavailable`. */
export async function readSubscriberHealth(
  subscriptions: Pick<ManageSubscriptions, 'list'>,
  deliveries: Pick<DeliveryLog, 'counts'>,
): Promise<readonly SubscriberHealth[]> {
  return Promise.all(
    (await subscriptions.list()).map(async (subscription) => ({
      subscription,
      counts: await deliveries.counts(subscription.id),
    })),
  );
}

/**
 * The check of one subscriber, with its counts. One that fails or was disabled is a warning: it is the subscriber's
 * trouble, and the relay works. One whose secrets cannot be decrypted is a failure of the relay's own settings. Pure.
 */
export function toSubscriberCheck({
  subscription: { description, state, stateReason, problem },
  counts,
}: SubscriberHealth): HealthCheck {
  const { failingSinceMs, lastDeliveredMs, lastFailedMs: _lastFailedMs, ...totals } = counts;
  const fails = counts.failuresInRow >= FAILURES_TO_OPEN;
  const output =
    problem ??
    stateReason ??
    (fails && failingSinceMs !== undefined
      ? `Nothing has been delivered since ${new Date(failingSinceMs).toISOString()}.`
      : undefined);
  return {
    status: problem !== undefined ? 'fail' : state === 'disabled' || fails ? 'warn' : 'pass',
    componentType: 'component',
    observedValue: state,
    ...(description === undefined ? {} : { description }),
    deliveries: totals,
    ...(lastDeliveredMs === undefined ? {} : { lastDeliveredAt: new Date(lastDeliveredMs).toISOString() }),
    ...(output === undefined ? {} : { output }),
  };
}

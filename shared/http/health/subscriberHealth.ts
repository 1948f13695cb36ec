import type { SubscriberHealthRow, SubscriberHealthStore } from '../../webhooks/delivery/subscriberHealth';
import type { ManageSubscriptions } from '../../webhooks/subscriptions/manageSubscriptions';
import type { SubscriptionView } from '../../webhooks/subscriptions/subscriptionView';
import type { HealthCheck } from './healthCheck';

/** A subscription, and what is known of its health; nothing where it has never failed. */
export interface SubscriberHealth {
  readonly subscription: Pick<SubscriptionView, 'id' | 'description' | 'state' | 'stateReason' | 'problem'>;
  readonly health: SubscriberHealthRow | undefined;
}

/** How every subscriber is. Errors: `storageUnavailable`. */
export async function readSubscriberHealth(
  subscriptions: Pick<ManageSubscriptions, 'list'>,
  store: Pick<SubscriberHealthStore, 'readAll'>,
): Promise<readonly SubscriberHealth[]> {
  const [all, rows] = await Promise.all([subscriptions.list(), store.readAll()]);
  return all.map((subscription) => ({ subscription, health: rows.get(subscription.id) }));
}

/**
 * The check of one subscriber. One that fails or was disabled is a warning: the fault is the subscriber's, and the relay
 * works. One whose secrets cannot be decrypted is a failure of the relay's own settings. Pure.
 */
export function toSubscriberCheck({
  subscription: { description, state, stateReason, problem },
  health,
}: SubscriberHealth): HealthCheck {
  const isFailing = health?.state === 'failing';
  const output =
    problem ??
    stateReason ??
    (isFailing
      ? `Nothing has been delivered since ${toIso(health.failingSinceMs)}. Last error: ${health.lastError}.`
      : undefined);
  return {
    status: problem !== undefined ? 'fail' : state === 'disabled' || isFailing ? 'warn' : 'pass',
    componentType: 'component',
    observedValue: state,
    ...(description === undefined ? {} : { description }),
    ...(health === undefined ? {} : { lastError: health.lastError, lastErrorAt: toIso(health.lastErrorAtMs) }),
    ...(isFailing ? { failingSince: toIso(health.failingSinceMs) } : {}),
    ...(output === undefined ? {} : { output }),
  };
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

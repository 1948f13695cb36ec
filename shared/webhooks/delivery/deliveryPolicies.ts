import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Subscription } from '../subscriptions/subscription';
import { createDeliveryPolicy, type DeliveryPolicy } from './deliveryPolicy';

/** More than there are subscriptions: only policies of those that were changed or deleted are dropped. */
const MAX_POLICIES = 1000;

/** The policy of a subscription as it stands; a changed one begins with nothing against it. */
export type DeliveryPolicies = (subscription: Pick<Subscription, 'id' | 'changedAtMs'>) => DeliveryPolicy;

/** One for each subscription and process. */
export function createDeliveryPolicies(clock: Clock): DeliveryPolicies {
  const policies = new LRUCache<string, DeliveryPolicy>({ max: MAX_POLICIES });
  return ({ id, changedAtMs }) => {
    const key = `${id} ${String(changedAtMs)}`;
    let policy = policies.get(key);
    if (policy === undefined) policies.set(key, (policy = createDeliveryPolicy(clock)));
    return policy;
  };
}

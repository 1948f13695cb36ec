import { RelayError } from '../../errors/relayError';
import type { Subscription } from './subscription';
import type { SubscriptionStore } from './subscriptionStore';

/** Ids are `sub_` and 22 characters of base64url; what is longer was never one. */
const ID = /^sub_[\w-]{1,64}$/;

/** The subscription of this id. Errors: `notFound`, `storageUnavailable`. */
export async function existingSubscription(store: Pick<SubscriptionStore, 'find'>, id: string): Promise<Subscription> {
  requireSubscriptionId(id);
  const subscription = await store.find(id);
  if (subscription === undefined) throw unknownSubscription(id);
  return subscription;
}

/** Passes what can be the id of a subscription, without reading storage. Error: `notFound`. */
export function requireSubscriptionId(id: string): void {
  if (!ID.test(id)) throw unknownSubscription(id);
}

/** `notFound`, for an id that is unknown. */
export function unknownSubscription(id: string): RelayError {
  return new RelayError('notFound', `There is no webhook subscription ${id.slice(0, 68)}.`);
}

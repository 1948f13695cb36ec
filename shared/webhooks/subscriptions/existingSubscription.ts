import { RelayError } from '../../errors/relayError';
import type { Subscription } from './subscription';
import type { SubscriptionStore } from './subscriptionStore';

/** The subscription of this id. Errors: `notFound`, `storageUnavailable`. */
export async function existingSubscription(store: Pick<SubscriptionStore, 'find'>, id: string): Promise<Subscription> {
  const subscription = await store.find(id);
  if (subscription === undefined) throw unknownSubscription(id);
  return subscription;
}

/** `notFound`, for an id that is unknown. */
export function unknownSubscription(id: string): RelayError {
  return new RelayError('notFound', `There is no webhook subscription ${id.slice(0, 68)}.`);
}

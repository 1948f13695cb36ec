import { RelayError } from '../../errors/relayError';
import type { SubscriptionStore } from './subscriptionStore';
import type { Subscription } from './subscription';

/** The subscription of this id. Errors: `notFound`, `storageUnavailable`. */
export async function existingSubscription(store: Pick<SubscriptionStore, 'find'>, id: string): Promise<Subscription> {
  const subscription = await store.find(id);
  if (subscription === undefined) throw unknownSubscription(id);
  return subscription;
}

/** `notFound`, for an id that nobody knows. */
export function unknownSubscription(id: string): RelayError {
  return new RelayError('notFound', `There is no webhook subscription ${id}.`);
}

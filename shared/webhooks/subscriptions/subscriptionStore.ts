import type { Subscription } from './subscription';

/** Where subscriptions are stored. Errors of all methods: `storageUnavailable`. An id that does not begin with `sub_` is unknown. */
export interface SubscriptionStore {
  /**
   * Every subscription, at most 5 s old; older only while storage does not answer, so that no ring waits for it. Rejects only
   * when they were never read.
   */
  list(): Promise<readonly Subscription[]>;
  /**
   * As list; one that is not in the list, or not active there, is read from storage: a delivery that was recovered right after its
   * subscription was made active must not end because of an older list.
   */
  find(id: string): Promise<Subscription | undefined>;
  /**
   * Stores what `decide` returns for the subscriptions that are stored at that moment; undefined stores nothing. When one
   * is created or changed meanwhile, `decide` runs again, so that two creations at once know of each other.
   */
  insert(decide: (stored: readonly Subscription[]) => Subscription | undefined): Promise<void>;
  /**
   * Reads, changes and writes so that no other change is lost; `change` may run again. It returns undefined to leave the
   * subscription as it is. Resolves to what is stored then; undefined when there is no such subscription.
   */
  update(
    id: string,
    change: (subscription: Subscription) => Subscription | undefined,
  ): Promise<Subscription | undefined>;
  /** Whether a context was attached to any call in the last days, as known at most 5 s ago; rejects like list. */
  usesContexts(): Promise<boolean>;
  /** Says that a context is being attached to a call. Costs a request once a day. */
  noteContext(): Promise<void>;
  /** Idempotent. */
  remove(id: string): Promise<void>;
}

import type { Subscription } from './subscription';

/** Where subscriptions are kept. Errors of all methods: `storageUnavailable`. */
export interface SubscriptionStore {
  /**
   * Every subscription, at most 5 s old; older only while storage does not answer, so that no ring waits for it. Rejects only
   * when they were never read.
   */
  list(): Promise<readonly Subscription[]>;
  /** As list; an id that is not among them is read from storage. */
  find(id: string): Promise<Subscription | undefined>;
  insert(subscription: Subscription): Promise<void>;
  /**
   * Reads, changes and writes so that no other change is lost; `change` may run again, and answers undefined to leave
   * things as they are. Resolves to what is stored then; undefined when there is no such subscription.
   */
  update(
    id: string,
    change: (subscription: Subscription) => Subscription | undefined,
  ): Promise<Subscription | undefined>;
  /** Idempotent. */
  remove(id: string): Promise<void>;
}

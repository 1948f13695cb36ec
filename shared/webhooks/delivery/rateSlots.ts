/** The free times of subscriptions with a rate, shared by all processes. */
export interface RateSlots {
  /**
   * Takes the next free times (milliseconds since the epoch, ascending, none before now), `60000 / perMinute` apart. A time
   * that is taken is never given again. Errors: `storageUnavailable`, also when ten tries met another process each.
   */
  reserve(subscriptionId: string, perMinute: number, count: number, nowMs: number): Promise<readonly number[]>;
  /** Forgets the subscription. Idempotent. */
  remove(subscriptionId: string): Promise<void>;
}

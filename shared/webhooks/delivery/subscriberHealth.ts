/** What `/health` knows of a subscriber; one row for each that has ever failed. */
export interface SubscriberHealthRow {
  readonly state: 'failing' | 'healthy';
  /** Since when nothing has been delivered: milliseconds since the epoch. */
  readonly failingSinceMs: number;
  /** A sentence. */
  readonly lastError: string;
  readonly lastErrorAtMs: number;
  /** That `ucwa.subscription.failing` was published for this failure. */
  readonly isReported: boolean;
}

/** Table `subscriptionHealth`. Errors: `storageUnavailable`. */
export interface SubscriberHealthStore {
  /** By subscription id. */
  readAll(): Promise<ReadonlyMap<string, SubscriberHealthRow>>;
  write(subscriptionId: string, row: SubscriberHealthRow): Promise<void>;
  /** Idempotent. */
  remove(subscriptionId: string): Promise<void>;
}

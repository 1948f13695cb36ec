/** How a subscriber is, as `/health` shows it. Written when that changes, not for every delivery. */
export interface SubscriberHealthRow {
  /** `failing`: nothing has been delivered since `failingSinceMs`; `healthy`: the last attempt succeeded. */
  readonly state: 'healthy' | 'failing';
  /** When the first of the failures in a row began (milliseconds since the epoch); with `failing` only. */
  readonly failingSinceMs?: number;
  /** Why the last delivery failed, at most 100 characters. */
  readonly lastError?: string;
  readonly lastErrorAtMs?: number;
}

/** A row for each subscription that ever failed. Errors of all methods: `storageUnavailable`. */
export interface SubscriberHealthStore {
  /** By subscription id. */
  readAll(): Promise<ReadonlyMap<string, SubscriberHealthRow>>;
  /** Writes the row over what stands there. */
  write(subscriptionId: string, row: SubscriberHealthRow): Promise<void>;
  /** Idempotent. */
  remove(subscriptionId: string): Promise<void>;
}

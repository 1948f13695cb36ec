import { z } from 'zod';

/** What `/health` knows of a subscriber; one row for each that has ever failed. */
export const subscriberHealthSchema = z.object({
  state: z.enum(['failing', 'healthy']),
  /** Since when nothing has been delivered: milliseconds since the epoch. */
  failingSinceMs: z.number(),
  /** A sentence. */
  lastError: z.string(),
  lastErrorAtMs: z.number(),
  /** That `ucwa.subscription.failing` was published for this failure. */
  isReported: z.boolean(),
});
export type SubscriberHealthRow = Readonly<z.infer<typeof subscriberHealthSchema>>;

/** Table `subscriptionHealth`. Errors: `storageUnavailable`. */
export interface SubscriberHealthStore {
  /** By subscription id. */
  readAll(): Promise<ReadonlyMap<string, SubscriberHealthRow>>;
  write(subscriptionId: string, row: SubscriberHealthRow): Promise<void>;
  /** Idempotent. */
  remove(subscriptionId: string): Promise<void>;
}

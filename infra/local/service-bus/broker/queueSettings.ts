/** How a queue, subscription or dead-letter queue treats its messages. */
export interface QueueSettings {
  readonly lockDurationMs: number;
  /** Deliveries after which a message is dead-lettered. */
  readonly maxDeliveryCount: number;
  /** The longest that a message lives; its own time to live may end it sooner. */
  readonly defaultTtlMs: number;
  readonly deadLetterOnExpiry: boolean;
  readonly requiresSession: boolean;
}

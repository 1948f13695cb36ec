import type { RetryMessage } from './retryMessage';

/** A message, and from when on it is to be seen (milliseconds since the epoch): at once unless given. */
export interface ScheduledRetry {
  readonly message: RetryMessage;
  readonly atMs?: number | undefined;
}

/** The queue `webhook-retries`. Errors: `busUnavailable`, `busRefused`, `messageTooLarge`. */
export interface RetryQueue {
  /** Resolves when the bus has accepted all of them. The same message twice is one, within the queue's duplicate window. */
  send(messages: readonly ScheduledRetry[]): Promise<void>;
}

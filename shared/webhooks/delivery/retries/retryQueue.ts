import type { RelayError } from '../../../errors/relayError';
import type { RetryMessage } from './retryMessage';

/** A message, and from when on it is to be seen (milliseconds since the epoch): at once unless given. */
export interface ScheduledRetry {
  readonly message: RetryMessage;
  readonly atMs?: number | undefined;
}

/** A message that the bus refuses for good, and why: `busRefused` or `messageTooLarge`. */
export interface RefusedRetry {
  readonly retry: ScheduledRetry;
  readonly refusal: RelayError;
}

/** The queue `webhook-retries`. Error: `busUnavailable`. */
export interface RetryQueue {
  /**
   * Resolves when the bus has accepted all of them but those that it refuses for good, which are returned. The same message
   * twice is one, within the queue's duplicate window.
   */
  send(messages: readonly ScheduledRetry[]): Promise<readonly RefusedRetry[]>;
}

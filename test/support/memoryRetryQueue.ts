import type { Clock } from '../../shared/clock';
import {
  parseRetryMessage,
  retryMessageId,
  toRetryBody,
  type RetryMessage,
} from '../../shared/webhooks/delivery/retries/retryMessage';
import type { RetryQueue } from '../../shared/webhooks/delivery/retries/retryQueue';

/** The queue `webhook-retries` in memory, with duplicate detection and scheduled messages by the test's clock. */
export interface MemoryRetryQueue extends RetryQueue {
  /** Takes what is visible now, in the order in which it became so. */
  take(): RetryMessage[];
  /** When the next message becomes visible; undefined when there is none. */
  nextAtMs(): number | undefined;
  /** How many messages the bus has taken. */
  accepted(): number;
}

export function createMemoryRetryQueue(clock: Clock): MemoryRetryQueue {
  const seen = new Set<string>();
  let waiting: { readonly message: RetryMessage; readonly atMs: number }[] = [];
  const put = (message: RetryMessage, atMs: number): void => {
    const id = retryMessageId(message);
    if (seen.has(id)) return;
    seen.add(id);
    // Through its bytes, as on the wire.
    waiting.push({ message: parseRetryMessage(toRetryBody(message)), atMs });
    waiting.sort((one, other) => one.atMs - other.atMs);
  };
  return {
    send(messages) {
      for (const { message, atMs = clock.now() } of messages) put(message, atMs);
      return Promise.resolve([]);
    },
    take() {
      const due = waiting.filter(({ atMs }) => atMs <= clock.now());
      waiting = waiting.filter(({ atMs }) => atMs > clock.now());
      return due.map(({ message }) => message);
    },
    nextAtMs: () => waiting[0]?.atMs,
    accepted: () => seen.size,
  };
}

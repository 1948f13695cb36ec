import type { Clock } from '../../shared/clock';
import {
  isParked,
  queuedMessageId,
  type DeliveryMessage,
  type QueuedMessage,
} from '../../shared/webhooks/deliveryMessage';
import type { DeliveryQueue } from '../../shared/webhooks/ports';

/** The queue `webhook-deliveries` in memory, duplicate detection included; scheduled by the test's clock. */
export interface MemoryDeliveryQueue extends DeliveryQueue {
  /** Takes what is visible now, in the order in which it became so. */
  take(): QueuedMessage[];
  /** The same where all are deliveries, none parked. */
  takeDeliveries(): DeliveryMessage[];
  /** Forgets all that waits. */
  drop(): void;
  /** When the next message becomes visible; undefined when there is none. */
  nextAtMs(): number | undefined;
}

export function createMemoryDeliveryQueue(clock: Clock): MemoryDeliveryQueue {
  const seen = new Set<string>();
  let waiting: { readonly message: QueuedMessage; readonly atMs: number }[] = [];
  const put = (message: QueuedMessage, atMs: number): void => {
    const id = queuedMessageId(message);
    if (seen.has(id)) return;
    seen.add(id);
    // Through JSON, as on the wire.
    waiting.push({ message: JSON.parse(JSON.stringify(message)) as QueuedMessage, atMs });
    waiting.sort((one, other) => one.atMs - other.atMs);
  };
  const take = (): QueuedMessage[] => {
    const due = waiting.filter(({ atMs }) => atMs <= clock.now());
    waiting = waiting.filter(({ atMs }) => atMs > clock.now());
    return due.map(({ message }) => message);
  };
  return {
    enqueue(deliveries) {
      for (const { message, atMs = clock.now() } of deliveries) put(message, atMs);
      return Promise.resolve();
    },
    take,
    takeDeliveries: () =>
      take().map((message) => {
        if (isParked(message))
          throw new Error(
            `${message.event.id} is parked for ${message.waiting.map(({ subscriptionId }) => subscriptionId).join(', ')}`,
          );
        return message;
      }),
    drop() {
      waiting = [];
    },
    nextAtMs: () => waiting[0]?.atMs,
  };
}

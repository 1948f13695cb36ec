import type { Clock } from '../../shared/clock';
import { deliveryMessageId, type DeliveryMessage } from '../../shared/webhooks/deliveryMessage';
import type { DeliveryQueue } from '../../shared/webhooks/ports';

/** The queue `webhook-deliveries` in memory, duplicate detection included; scheduled by the test's clock. */
export interface MemoryDeliveryQueue extends DeliveryQueue {
  /** Takes what is visible now, in the order in which it became so. */
  take(): DeliveryMessage[];
  /** Forgets all that waits. */
  drop(): void;
  /** When the next message becomes visible; undefined when there is none. */
  nextAtMs(): number | undefined;
}

export function createMemoryDeliveryQueue(clock: Clock): MemoryDeliveryQueue {
  const seen = new Set<string>();
  let waiting: { readonly message: DeliveryMessage; readonly atMs: number }[] = [];
  const put = (message: DeliveryMessage, atMs: number): void => {
    const id = deliveryMessageId(message);
    if (seen.has(id)) return;
    seen.add(id);
    // Through JSON, as on the wire.
    waiting.push({ message: JSON.parse(JSON.stringify(message)) as DeliveryMessage, atMs });
    waiting.sort((one, other) => one.atMs - other.atMs);
  };
  return {
    enqueue(deliveries) {
      for (const { message, atMs = clock.now() } of deliveries) put(message, atMs);
      return Promise.resolve();
    },
    take() {
      const due = waiting.filter(({ atMs }) => atMs <= clock.now());
      waiting = waiting.filter(({ atMs }) => atMs > clock.now());
      return due.map(({ message }) => message);
    },
    drop() {
      waiting = [];
    },
    nextAtMs: () => waiting[0]?.atMs,
  };
}

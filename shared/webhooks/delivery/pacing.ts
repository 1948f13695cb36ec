import type { Clock } from '../../clock';
import type { Subscription } from '../subscriptions/subscription';
import { createInOrder } from './concurrency';

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

/** The next time at which a delivery to the subscription may be sent. Errors: `storageUnavailable`. */
export type NextFreeTime = (subscription: Pick<Subscription, 'id'>, perMinute: number) => Promise<number>;

interface Batch {
  count: number;
  readonly times: Promise<readonly number[]>;
}

/** Deliveries that ask while a reservation is under way share the next one, so that a process has one at a time. */
export function createNextFreeTime(slots: Pick<RateSlots, 'reserve'>, clock: Clock): NextFreeTime {
  const inOrder = createInOrder();
  const waiting = new Map<string, Batch>();

  const open = (id: string, perMinute: number): Batch => {
    const times = inOrder.run(id, undefined, async (ready) => {
      await ready();
      waiting.delete(id);
      return slots.reserve(id, perMinute, batch.count, clock.now());
    });
    const batch: Batch = { count: 0, times };
    waiting.set(id, batch);
    return batch;
  };

  return async ({ id }, perMinute) => {
    const batch = waiting.get(id) ?? open(id, perMinute);
    const index = batch.count;
    batch.count += 1;
    return (await batch.times)[index] ?? clock.now();
  };
}

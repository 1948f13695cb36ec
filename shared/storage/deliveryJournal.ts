import type { DeliveryJournal } from '../webhooks/ports';
import { createDeliveryLog } from './deliveryLog';
import { createDeliveryOrder } from './deliveryOrder';
import type { Tables } from './tables';

/** The log and the order as one: what is recorded in the one is a step in the other. @param stripe as createDeliveryLog's. */
export function createDeliveryJournal(tables: Tables, stripe?: number): DeliveryJournal {
  const log = createDeliveryLog(tables, stripe);
  const order = createDeliveryOrder(tables);
  return {
    ...log,
    ...order,
    async record(entry) {
      const counts = await log.write(entry);
      await order.advance(entry);
      return counts;
    },
  };
}

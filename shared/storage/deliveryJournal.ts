import type { DeliveryJournal } from '../webhooks/ports';
import { createDeliveryLog } from './deliveryLog';
import { createDeliveryOrder } from './deliveryOrder';
import type { Tables } from './tables';

/** The log and the order as one. @param stripe as createDeliveryLog's. */
export function createDeliveryJournal(tables: Tables, stripe?: number): DeliveryJournal {
  return { ...createDeliveryLog(tables, stripe), ...createDeliveryOrder(tables) };
}

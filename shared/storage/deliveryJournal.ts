import type { DeliveryJournal } from '../webhooks/ports';
import { createDeliveryLog, type DeliveryLogOptions } from './deliveryLog';
import { createDeliveryOrder } from './deliveryOrder';
import type { Tables } from './tables';

/** The log and the order as one. */
export function createDeliveryJournal(tables: Tables, options?: DeliveryLogOptions): DeliveryJournal {
  return { ...createDeliveryLog(tables, options), ...createDeliveryOrder(tables) };
}

import { z } from 'zod';
import type { TroubledDelivery } from '../../invitations/record/callRecords';
import { laterAttemptSchema } from '../../invitations/record/deliveryResult';
import { toDeliveryId, toTableKey, type KeyedEvent } from '../../invitations/record/eventKey';
import { newestFirst } from '../../invitations/record/timeKeys';
import { fromTextChunks, toTextChunks } from '../textChunks';
import { eventSchema } from './callRows';
import { double, type Row } from './rows';

/**
 * Table `deliveries`: a row for each delivery that was not `delivered` at its first attempt, partition = subscription, row =
 * time of the event, inverted, and the event's key.
 */

const deliverySchema = laterAttemptSchema.extend({
  event: eventSchema.pick({ id: true, type: true, subject: true, account: true, sequence: true, timeMs: true }),
  response: z.string().exactOptional(),
});

export function toDeliveryRow(delivery: TroubledDelivery): Row {
  const { subscriptionId, event, outcome, attempted, attempt, atMs } = delivery;
  const made = attempted ? attempt : attempt - 1;
  return {
    partitionKey: toTableKey(subscriptionId),
    rowKey: toDeliveryRowKey(event),
    failures: outcome === 'delivered' ? made - 1 : made,
    atMs: double(atMs),
    ...toTextChunks(delivery),
  };
}

export function fromDeliveryRow(row: Row): TroubledDelivery {
  return deliverySchema.parse(fromTextChunks(row));
}

export function toDeliveryRowKey(event: KeyedEvent): string {
  return `${newestFirst(event.timeMs)}.${toDeliveryId(event)}`;
}

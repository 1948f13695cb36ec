import type { RelayError } from '../errors/relayError';
import { createOutbox, type BusSender } from '../messaging/outbox';
import type { EncodedMessage } from '../messaging/toServiceBusMessage';
import { isParked, queuedMessageId } from './deliveryMessage';
import type { DeliveryQueue, QueuedDelivery } from './ports';

/**
 * The queue `webhook-deliveries` on Service Bus, over the connection that the process has. What is put into it at the same
 * time shares batches; what is to be seen later goes by itself, so that a new event does not wait for what was put off.
 * Errors: those of BusSender.
 */
export function createServiceBusDeliveryQueue(sender: BusSender): DeliveryQueue {
  const refused = new WeakMap<QueuedDelivery, RelayError>();
  const outbox = () =>
    createOutbox<QueuedDelivery>({
      sender,
      encode: toBusMessage,
      // The others of its batch go on without it.
      replace: (delivery, refusal) => {
        refused.set(delivery, refusal);
        return Promise.resolve(undefined);
      },
    });
  const [now, later] = [outbox(), outbox()];
  return {
    async enqueue(deliveries) {
      for (const delivery of deliveries) refused.delete(delivery);
      await Promise.all([
        now.send(deliveries.filter(({ atMs }) => atMs === undefined)),
        later.send(deliveries.filter(({ atMs }) => atMs !== undefined)),
      ]);
      for (const delivery of deliveries) {
        const refusal = refused.get(delivery);
        if (refusal !== undefined) throw refusal;
      }
    },
  };
}

function toBusMessage({ message, atMs }: QueuedDelivery): EncodedMessage {
  return {
    body: Buffer.from(JSON.stringify(message), 'utf8'),
    contentType: 'application/json',
    messageId: queuedMessageId(message),
    subject: message.event.type,
    applicationProperties: isParked(message)
      ? { subscribers: message.waiting.length }
      : { subscriptionId: message.subscriptionId, attempt: message.attempt },
    ...(atMs !== undefined && { scheduledEnqueueTimeUtc: new Date(Math.ceil(atMs)) }),
  };
}

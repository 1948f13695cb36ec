import { RelayError } from '../errors/relayError';
import type { EntitySender } from '../messaging/busConnection';
import type { EncodedMessage } from '../messaging/toServiceBusMessage';
import { deliveryMessageId, type DeliveryMessage } from './deliveryMessage';
import type { DeliveryQueue } from './ports';

/** The queue `webhook-deliveries` on Service Bus, over the connection that the process has. Errors: those of EntitySender. */
export function createServiceBusDeliveryQueue(sender: EntitySender): DeliveryQueue {
  return {
    async enqueue(messages) {
      let left = messages.map(toBusMessage);
      while (left.length > 0) {
        const sent = await sender.sendFirst(left);
        if (sent === 0) throw new RelayError('messageTooLarge', 'A delivery is larger than Service Bus takes.');
        left = left.slice(sent);
      }
    },
    schedule: (message, atMs) => sender.schedule(toBusMessage(message), atMs),
  };
}

function toBusMessage(message: DeliveryMessage): EncodedMessage {
  return {
    body: Buffer.from(JSON.stringify(message), 'utf8'),
    contentType: 'application/json',
    messageId: deliveryMessageId(message),
    subject: message.event.type,
    applicationProperties: { subscriptionId: message.subscriptionId, attempt: message.attempt },
  };
}

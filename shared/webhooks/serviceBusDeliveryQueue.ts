import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { translateBusError } from '../messaging/translateBusError';
import { deliveryMessageId, type DeliveryMessage } from './deliveryMessage';
import type { DeliveryQueue } from './ports';

/**
 * The queue `webhook-deliveries` through the Azure SDK. @param sender gives the sender of that queue, opened when it is
 * first needed; its owner closes it. Errors: as translateBusError.
 */
export function createServiceBusDeliveryQueue(sender: () => Promise<ServiceBusSender>): DeliveryQueue {
  return {
    async enqueue(messages) {
      try {
        const link = await sender();
        let batch = await link.createMessageBatch();
        for (const message of messages.map(toBusMessage)) {
          if (batch.tryAddMessage(message)) continue;
          // Full, or empty and still too small: then sending the message alone says so.
          if (batch.count > 0) await link.sendMessages(batch);
          batch = await link.createMessageBatch();
          if (!batch.tryAddMessage(message)) await link.sendMessages(message);
        }
        if (batch.count > 0) await link.sendMessages(batch);
      } catch (error) {
        throw translateBusError(error);
      }
    },
    async schedule(message, atMs) {
      try {
        await (await sender()).scheduleMessages(toBusMessage(message), new Date(Math.ceil(atMs)));
      } catch (error) {
        throw translateBusError(error);
      }
    },
  };
}

function toBusMessage(message: DeliveryMessage): ServiceBusMessage {
  return {
    body: Buffer.from(JSON.stringify(message), 'utf8'),
    contentType: 'application/json',
    messageId: deliveryMessageId(message),
    subject: message.event.type,
    applicationProperties: { subscriptionId: message.subscriptionId, attempt: message.attempt },
  };
}

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';
import { parseQueuedMessage } from '../shared/webhooks/deliveryMessage';

app.serviceBusQueue('deliverWebhook', {
  connection: 'ServiceBusConnection',
  queueName: 'webhook-deliveries',
  handler: toMessageHandler(getApp, (message, { webhooks }, { triggerMetadata }) =>
    webhooks.deliver(parseQueuedMessage(message), triggerMetadata?.deliveryCount === 1),
  ),
});

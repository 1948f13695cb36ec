import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { parseDeliveryMessage } from '../shared/webhooks/deliveryMessage';

app.serviceBusQueue('deliverWebhook', {
  connection: 'ServiceBusConnection',
  queueName: 'webhook-deliveries',
  handler: (message) => getApp().webhooks.deliver(parseDeliveryMessage(message)),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { busEntities } from '../shared/messaging/busEntities';
import { toEventArrival } from '../shared/messaging/messageMetadata';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';
import { parseRetryMessage } from '../shared/webhooks/delivery/retries/retryMessage';

app.serviceBusQueue('retryDelivery', {
  connection: 'ServiceBusConnection',
  queueName: busEntities.retries,
  handler: toMessageHandler(getApp, (message, { webhooks }, { triggerMetadata }) =>
    webhooks.retryDelivery(parseRetryMessage(message), toEventArrival(triggerMetadata).deliveryCount > 1),
  ),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';
import { parseEventMessage } from '../shared/messaging/parseEventMessage';

app.serviceBusTopic('fanOutEvent', {
  connection: 'ServiceBusConnection',
  topicName: 'invitation-events',
  subscriptionName: 'webhooks',
  handler: toMessageHandler(getApp, (message, { webhooks }, { triggerMetadata }) =>
    webhooks.fanOut(parseEventMessage(message), triggerMetadata?.deliveryCount === 1),
  ),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toEventArrival } from '../shared/messaging/messageMetadata';
import { parseEventMessage } from '../shared/invitations/events/parseEventMessage';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';

app.serviceBusTopic('deliverEvent', {
  connection: 'ServiceBusConnection',
  topicName: 'invitation-events',
  subscriptionName: 'webhooks',
  handler: toMessageHandler(getApp, (message, { webhooks }, { triggerMetadata }) =>
    webhooks.deliverEvent(parseEventMessage(message), toEventArrival(triggerMetadata)),
  ),
});

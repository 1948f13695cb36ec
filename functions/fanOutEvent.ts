import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { parseEventMessage } from '../shared/messaging/parseEventMessage';

app.serviceBusTopic('fanOutEvent', {
  connection: 'ServiceBusConnection',
  topicName: 'invitation-events',
  subscriptionName: 'webhooks',
  handler: (message) => getApp().webhooks.fanOut(parseEventMessage(message)),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';
import { recordInvitation } from '../shared/messaging/recordInvitation';

app.serviceBusTopic('recordInvitation', {
  connection: 'ServiceBusConnection',
  topicName: 'invitation-events',
  subscriptionName: 'read-model',
  handler: toMessageHandler(getApp, recordInvitation),
});

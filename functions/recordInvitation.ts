import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { recordInvitation } from '../shared/messaging/recordInvitation';

app.serviceBusTopic('recordInvitation', {
  connection: 'ServiceBusConnection',
  topicName: 'invitation-events',
  subscriptionName: 'read-model',
  handler: (message) => recordInvitation(message, getApp()),
});

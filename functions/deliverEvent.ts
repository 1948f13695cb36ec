import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { parseEventMessage } from '../shared/invitations/events/parseEventMessage';
import { busEntities, OWN_SUBSCRIPTION } from '../shared/messaging/busEntities';
import { toEventArrival } from '../shared/messaging/messageMetadata';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';

app.serviceBusTopic('deliverEvent', {
  connection: 'ServiceBusConnection',
  topicName: busEntities.events,
  subscriptionName: OWN_SUBSCRIPTION,
  handler: toMessageHandler(getApp, (message, { webhooks }, { triggerMetadata }) =>
    webhooks.deliverEvent(parseEventMessage(message), toEventArrival(triggerMetadata)),
  ),
});

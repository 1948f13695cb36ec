import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { runQueuedCommand, toQueuedMessage } from '../shared/messaging/queuedCommand';

app.serviceBusQueue('runInvitationCommand', {
  connection: 'ServiceBusConnection',
  queueName: 'invitation-commands',
  handler: (message, context) => runQueuedCommand(toQueuedMessage(message, context.triggerMetadata), getApp(), AbortSignal.timeout(90_000)),
});

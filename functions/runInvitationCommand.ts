import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { busEntities } from '../shared/messaging/busEntities';
import { toMessageHandler } from '../shared/messaging/toMessageHandler';
import { COMMAND_TIMEOUT_MS, runQueuedCommand, toQueuedMessage } from '../shared/messaging/queuedCommand';

app.serviceBusQueue('runInvitationCommand', {
  connection: 'ServiceBusConnection',
  queueName: busEntities.commands,
  handler: toMessageHandler(getApp, (message, app, context) =>
    runQueuedCommand(toQueuedMessage(message, context.triggerMetadata), app, AbortSignal.timeout(COMMAND_TIMEOUT_MS)),
  ),
});

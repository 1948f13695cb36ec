import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { listCommandsEndpoint } from '../shared/http/commands/listCommandsEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('listCommands', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'commands',
  handler: toHandler(getApp, 'Operations.Manage', listCommandsEndpoint),
});

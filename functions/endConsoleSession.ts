import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { endConsoleSessionEndpoint } from '../shared/http/console/consoleSession';
import { toAnonymousHandler } from '../shared/http/endpoint';

app.http('endConsoleSession', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'console/session',
  handler: toAnonymousHandler(getApp, endConsoleSessionEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { consoleSessionEndpoint } from '../shared/http/console/consoleSession';
import { toAnonymousHandler } from '../shared/http/endpoint';

app.http('getConsoleSession', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'console/session',
  handler: toAnonymousHandler(getApp, consoleSessionEndpoint),
});

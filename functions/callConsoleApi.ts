import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { consoleApiEndpoint } from '../shared/http/console/consoleApi';
import { toAnonymousHandler } from '../shared/http/endpoint';

app.http('callConsoleApi', {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  authLevel: 'anonymous',
  route: 'console/api/{*path}',
  handler: toAnonymousHandler(getApp, consoleApiEndpoint),
});

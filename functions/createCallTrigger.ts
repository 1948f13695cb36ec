import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { triggerEndpoint } from '../shared/http/connector/triggerEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('createCallTrigger', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'connector/triggers/{trigger}',
  handler: toHandler(getApp, 'Subscriptions.Manage', triggerEndpoint),
});

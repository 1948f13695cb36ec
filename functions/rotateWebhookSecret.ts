import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { rotateSecretEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('rotateWebhookSecret', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}/rotate-secret',
  handler: toHandler(getApp, 'Subscriptions.Manage', rotateSecretEndpoint),
});

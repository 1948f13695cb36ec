import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { recoverEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('recoverWebhookDeliveries', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}/recover',
  handler: toHandler(getApp, 'Subscriptions.Manage', recoverEndpoint),
});

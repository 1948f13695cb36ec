import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { createSubscriptionEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('createWebhookSubscription', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'webhook-subscriptions',
  handler: toHandler(getApp, 'Subscriptions.Manage', createSubscriptionEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { getSubscriptionEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('getWebhookSubscription', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}',
  handler: toHandler(getApp, 'Subscriptions.Manage', getSubscriptionEndpoint),
});

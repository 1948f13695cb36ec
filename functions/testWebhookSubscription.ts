import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { testSubscriptionEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('testWebhookSubscription', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}/test',
  handler: toHandler(getApp, 'Subscriptions.Manage', testSubscriptionEndpoint),
});

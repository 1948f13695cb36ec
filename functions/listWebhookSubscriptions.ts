import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { listSubscriptionsEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('listWebhookSubscriptions', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'webhook-subscriptions',
  handler: toHandler(getApp, 'Subscriptions.Manage', listSubscriptionsEndpoint),
});

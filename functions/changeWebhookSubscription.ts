import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { changeSubscriptionEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('changeWebhookSubscription', {
  methods: ['PATCH'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}',
  handler: toHandler(getApp, 'Subscriptions.Manage', changeSubscriptionEndpoint),
});

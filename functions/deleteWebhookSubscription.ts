import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { deleteSubscriptionEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('deleteWebhookSubscription', {
  methods: ['DELETE'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}',
  handler: toHandler(getApp, 'Subscriptions.Manage', deleteSubscriptionEndpoint),
});

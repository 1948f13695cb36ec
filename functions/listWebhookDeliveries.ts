import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { listDeliveriesEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('listWebhookDeliveries', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}/deliveries',
  handler: toHandler(getApp, 'Subscriptions.Manage', listDeliveriesEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { redeliverEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('redeliverWebhook', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'webhook-subscriptions/{id}/deliveries/{deliveryId}/redeliver',
  handler: toHandler(getApp, 'Subscriptions.Manage', redeliverEndpoint),
});

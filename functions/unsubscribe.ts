import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toAnonymousHandler } from '../shared/http/endpoint';
import { unsubscribeEndpoint } from '../shared/http/subscriptionEndpoints';

app.http('unsubscribe', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'unsubscribe/{capability}',
  handler: toAnonymousHandler(getApp, unsubscribeEndpoint),
});

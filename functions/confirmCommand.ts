import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { confirmEndpoint } from '../shared/http/confirmEndpoint';
import { toAnonymousHandler } from '../shared/http/endpoint';

app.http('confirmCommand', {
  methods: ['GET', 'POST'],
  authLevel: 'anonymous',
  route: 'confirm/{capability}',
  handler: toAnonymousHandler(getApp, confirmEndpoint),
});

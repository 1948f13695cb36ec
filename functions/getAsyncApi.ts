import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { asyncApiEndpoint } from '../shared/http/documents/documentEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('getAsyncApi', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'asyncapi.json',
  handler: toHandler(getApp, 'Invitations.Read', asyncApiEndpoint),
});

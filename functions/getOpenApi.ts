import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { openApiEndpoint } from '../shared/http/documents/documentEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('getOpenApi', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'openapi.json',
  handler: toHandler(getApp, 'Invitations.Read', openApiEndpoint),
});

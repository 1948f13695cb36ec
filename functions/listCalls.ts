import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { listCallsEndpoint } from '../shared/http/connector/callEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('listCalls', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'connector/calls',
  handler: toHandler(getApp, 'Invitations.Read', listCallsEndpoint),
});

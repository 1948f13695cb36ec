import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { getCallEndpoint } from '../shared/http/connector/callEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('getCall', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'connector/calls/{id}',
  handler: toHandler(getApp, 'Invitations.Read', getCallEndpoint),
});

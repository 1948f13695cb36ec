import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { listEndpoint } from '../shared/http/invitationEndpoints';

app.http('listInvitations', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'invitations',
  handler: toHandler(getApp, 'Invitations.Read', listEndpoint),
});

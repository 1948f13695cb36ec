import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { getEndpoint } from '../shared/http/invitationEndpoints';

app.http('getInvitation', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'invitations/{id}',
  handler: toHandler(getApp, 'Invitations.Read', getEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { contextEndpoint } from '../shared/http/commands/contextEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('putInvitationContext', {
  methods: ['PUT'],
  authLevel: 'function',
  route: 'invitations/{id}/context',
  handler: toHandler(getApp, 'Invitations.Command', contextEndpoint),
});

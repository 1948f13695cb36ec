import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { acceptEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('acceptInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/accept',
  handler: toHandler(getApp, 'Invitations.Command', acceptEndpoint),
});

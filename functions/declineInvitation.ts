import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { declineEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('declineInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/decline',
  handler: toHandler(getApp, 'Invitations.Command', declineEndpoint),
});

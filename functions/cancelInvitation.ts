import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { cancelEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('cancelInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/cancel',
  handler: toHandler(getApp, 'Invitations.Command', cancelEndpoint),
});

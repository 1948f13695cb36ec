import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { hangupEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('hangupInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/hangup',
  handler: toHandler(getApp, 'Invitations.Command', hangupEndpoint),
});

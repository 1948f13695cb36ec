import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { holdEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('holdInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/hold',
  handler: toHandler(getApp, 'Invitations.Command', holdEndpoint),
});

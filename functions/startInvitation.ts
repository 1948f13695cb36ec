import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { startEndpoint } from '../shared/http/commands/startEndpoint';

app.http('startInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations',
  handler: toHandler(getApp, 'Invitations.Command', startEndpoint),
});

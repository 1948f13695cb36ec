import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { resumeEndpoint } from '../shared/http/commands/commandEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('resumeInvitation', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'invitations/{id}/resume',
  handler: toHandler(getApp, 'Invitations.Command', resumeEndpoint),
});

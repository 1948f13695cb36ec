import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { timelineEndpoint } from '../shared/http/timelineEndpoint';

app.http('getInvitationTimeline', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'invitations/{id}/timeline',
  handler: toHandler(getApp, 'Invitations.Read', timelineEndpoint),
});

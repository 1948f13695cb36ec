import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { offerEndpoint } from '../shared/http/invitationEndpoints';

app.http('getOffer', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'invitations/{id}/offer',
  handler: toHandler(getApp, 'Invitations.Command', offerEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { eventSchemaEndpoint } from '../shared/http/documents/documentEndpoint';
import { toHandler } from '../shared/http/endpoint';

app.http('getEventSchema', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'schemas/invitation-event.v1.json',
  handler: toHandler(getApp, 'Invitations.Read', eventSchemaEndpoint),
});

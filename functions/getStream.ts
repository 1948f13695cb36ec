import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toUnlimitedHandler } from '../shared/http/endpoint';
import { streamEndpoint } from '../shared/http/stream/streamEndpoint';

app.http('getStream', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'stream',
  handler: toUnlimitedHandler(getApp, 'Invitations.Read', streamEndpoint),
});

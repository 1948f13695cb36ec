import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { erasePersonEndpoint } from '../shared/http/peopleEndpoint';

app.http('erasePerson', {
  methods: ['DELETE'],
  authLevel: 'function',
  route: 'people',
  handler: toHandler(getApp, 'Operations.Manage', erasePersonEndpoint),
});

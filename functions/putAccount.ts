import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { putAccountEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('putAccount', {
  methods: ['PUT'],
  authLevel: 'function',
  route: 'accounts/{sipUri}',
  handler: toHandler(getApp, 'Accounts.Manage', putAccountEndpoint),
});

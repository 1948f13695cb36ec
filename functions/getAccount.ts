import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { getAccountEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('getAccount', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'accounts/{sipUri}',
  handler: toHandler(getApp, 'Accounts.Manage', getAccountEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { deleteAccountEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('deleteAccount', {
  methods: ['DELETE'],
  authLevel: 'function',
  route: 'accounts/{sipUri}',
  handler: toHandler(getApp, 'Accounts.Manage', deleteAccountEndpoint),
});

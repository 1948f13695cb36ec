import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { listAllAccountsEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('listAccounts', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'accounts',
  handler: toHandler(getApp, 'Accounts.Manage', listAllAccountsEndpoint),
});

import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { checkAccountEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('checkAccount', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'accounts/{sipUri}/check',
  handler: toHandler(getApp, 'Accounts.Manage', checkAccountEndpoint),
});

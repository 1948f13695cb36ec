import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { changeAccountEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('changeAccount', {
  methods: ['PATCH'],
  authLevel: 'function',
  route: 'accounts/{sipUri}',
  handler: toHandler(getApp, 'Accounts.Manage', changeAccountEndpoint),
});

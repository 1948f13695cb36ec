import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { listGapsEndpoint } from '../shared/http/accounts/accountEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('listAccountGaps', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'accounts/{sipUri}/gaps',
  handler: toHandler(getApp, 'Accounts.Manage', listGapsEndpoint),
});

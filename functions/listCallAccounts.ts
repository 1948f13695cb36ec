import { app } from '@azure/functions';
import { getApp } from '../shared/app';
import { listAccountsEndpoint } from '../shared/http/connector/callEndpoints';
import { toHandler } from '../shared/http/endpoint';

app.http('listCallAccounts', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'connector/accounts',
  handler: toHandler(getApp, 'Invitations.Read', listAccountsEndpoint),
});

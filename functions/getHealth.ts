import { app } from '@azure/functions';
import { config, getApp } from '../shared/app';
import { toHandler } from '../shared/http/endpoint';
import { settingsHealth, toHealthResponse } from '../shared/http/health/health';
import { healthEndpoint } from '../shared/http/health/healthEndpoint';

const handler = toHandler(getApp, 'Operations.Manage', healthEndpoint, 'health ');

app.http('getHealth', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health',
  handler: (request, context) => {
    const settings = config();
    return settings.ok ? handler(request, context) : toHealthResponse(settingsHealth(settings.problems));
  },
});

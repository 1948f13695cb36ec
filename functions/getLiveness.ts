import { app } from '@azure/functions';
import { toHealthResponse } from '../shared/http/health/health';

app.http('getLiveness', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'health/live',
  handler: () => toHealthResponse({ status: 'pass' }),
});

import { join } from 'node:path';
import { app } from '@azure/functions';
import { createConsolePage } from '../shared/http/console/consolePage';

app.http('serveConsole', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'console/{*path}',
  handler: createConsolePage(join(__dirname, '../console')),
});

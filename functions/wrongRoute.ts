import { app } from '@azure/functions';
import { wrongRouteHandler } from '../shared/http/documents/wrongRouteHandler';

// Takes what no other function takes: the host tries the routes in the order of the functions' names, so this name is the last.
app.http('wrongRoute', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  route: '{*path}',
  handler: wrongRouteHandler,
});

import { accountRoutes } from './accountRoutes';
import { confirmRoutes } from './confirmRoutes';
import { connectorRoutes } from './connectorRoutes';
import { invitationRoutes } from './invitationRoutes';
import { operationRoutes } from './operationRoutes';
import type { Route } from './route';
import { subscriptionRoutes } from './subscriptionRoutes';

/** The one table of the API's routes. A test holds it against the functions that the host finds. */
export async function apiRoutes(): Promise<readonly Route[]> {
  return [
    ...invitationRoutes(),
    ...confirmRoutes(),
    ...subscriptionRoutes(),
    ...connectorRoutes(),
    ...accountRoutes(),
    ...(await operationRoutes()),
  ];
}

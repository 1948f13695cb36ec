import * as accounts from '../accounts/accountEndpoints';
import * as commands from '../commands/commandEndpoint';
import { contextEndpoint, type ContextEndpointPorts } from '../commands/contextEndpoint';
import { listCommandsEndpoint, type ListCommandsPorts } from '../commands/listCommandsEndpoint';
import { startEndpoint } from '../commands/startEndpoint';
import type { Endpoint } from '../endpoint';
import { healthEndpoint, type HealthEndpointPorts } from '../health/healthEndpoint';
import type { Role } from '../identity/tokenVerifier';
import * as invitations from '../invitationEndpoints';
import { streamEndpoint, type StreamEndpointPorts } from '../stream/streamEndpoint';
import * as subscriptions from '../subscriptionEndpoints';
import { timelineEndpoint, type TimelineEndpointPorts } from '../timelineEndpoint';

/** What the endpoints of the console's API need. */
export type ConsoleApiPorts = accounts.AccountEndpointPorts &
  commands.CommandEndpointPorts &
  ContextEndpointPorts &
  HealthEndpointPorts &
  invitations.InvitationEndpointPorts &
  ListCommandsPorts &
  StreamEndpointPorts &
  subscriptions.SubscriptionEndpointPorts &
  TimelineEndpointPorts;

/** A route of the API that people who are signed in to the console reach too. */
export interface ConsoleRoute {
  readonly method: string;
  /** Under `/api`, with parameters in braces. */
  readonly path: string;
  readonly role: Role;
  readonly endpoint: Endpoint<ConsoleApiPorts>;
}

/**
 * The routes of the API with a key, without those of flows, of documents and of erasure. A test holds them against the functions.
 */
export const consoleRoutes: readonly ConsoleRoute[] = [
  ...withRole('Invitations.Read', [
    ['GET', 'invitations', invitations.listEndpoint],
    ['GET', 'invitations/{id}', invitations.getEndpoint],
    ['GET', 'invitations/{id}/timeline', timelineEndpoint],
    ['GET', 'stream', streamEndpoint],
  ]),
  ...withRole('Invitations.Command', [
    ['GET', 'invitations/{id}/offer', invitations.offerEndpoint],
    ['PUT', 'invitations/{id}/context', contextEndpoint],
    ['POST', 'invitations', startEndpoint],
    ['POST', 'invitations/{id}/accept', commands.acceptEndpoint],
    ['POST', 'invitations/{id}/decline', commands.declineEndpoint],
    ['POST', 'invitations/{id}/cancel', commands.cancelEndpoint],
    ['POST', 'invitations/{id}/hangup', commands.hangupEndpoint],
    ['POST', 'invitations/{id}/hold', commands.holdEndpoint],
    ['POST', 'invitations/{id}/resume', commands.resumeEndpoint],
  ]),
  ...withRole('Subscriptions.Manage', [
    ['GET', 'webhook-subscriptions', subscriptions.listSubscriptionsEndpoint],
    ['POST', 'webhook-subscriptions', subscriptions.createSubscriptionEndpoint],
    ['GET', 'webhook-subscriptions/{id}', subscriptions.getSubscriptionEndpoint],
    ['PATCH', 'webhook-subscriptions/{id}', subscriptions.changeSubscriptionEndpoint],
    ['DELETE', 'webhook-subscriptions/{id}', subscriptions.deleteSubscriptionEndpoint],
    ['POST', 'webhook-subscriptions/{id}/test', subscriptions.testSubscriptionEndpoint],
    ['POST', 'webhook-subscriptions/{id}/rotate-secret', subscriptions.rotateSecretEndpoint],
    ['POST', 'webhook-subscriptions/{id}/recover', subscriptions.recoverEndpoint],
    ['GET', 'webhook-subscriptions/{id}/deliveries', subscriptions.listDeliveriesEndpoint],
    ['POST', 'webhook-subscriptions/{id}/deliveries/{deliveryId}/redeliver', subscriptions.redeliverEndpoint],
  ]),
  ...withRole('Accounts.Manage', [
    ['GET', 'accounts', accounts.listAllAccountsEndpoint],
    ['GET', 'accounts/{sipUri}', accounts.getAccountEndpoint],
    ['PUT', 'accounts/{sipUri}', accounts.putAccountEndpoint],
    ['PATCH', 'accounts/{sipUri}', accounts.changeAccountEndpoint],
    ['DELETE', 'accounts/{sipUri}', accounts.deleteAccountEndpoint],
    ['POST', 'accounts/{sipUri}/check', accounts.checkAccountEndpoint],
    ['GET', 'accounts/{sipUri}/gaps', accounts.listGapsEndpoint],
  ]),
  ...withRole('Operations.Manage', [
    ['GET', 'commands', listCommandsEndpoint],
    ['GET', 'health', healthEndpoint],
  ]),
];

function withRole(
  role: Role,
  rows: readonly (readonly [method: string, path: string, endpoint: Endpoint<ConsoleApiPorts>])[],
): readonly ConsoleRoute[] {
  return rows.map(([method, path, endpoint]) => ({ method, path, role, endpoint }));
}

/**
 * The route of a request, with the values of its parameters; undefined where there is none. Pure.
 * @param path under `/api`, decoded but for `%2F`: a value never becomes two segments
 */
export function findConsoleRoute(
  method: string,
  path: string,
): { readonly route: ConsoleRoute; readonly params: Readonly<Record<string, string>> } | undefined {
  const segments = path.split('/');
  for (const route of consoleRoutes) {
    const params = route.method === method ? matchSegments(route.path.split('/'), segments) : undefined;
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? segment !== part : segment === '') return undefined;
    if (name !== undefined) params[name] = segment;
  }
  return params;
}

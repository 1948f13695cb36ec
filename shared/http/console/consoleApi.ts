import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { RelayError } from '../../errors/relayError';
import type { SecretCipher } from '../../secretCipher';
import { requireRole, type Caller } from '../identity/authenticate';
import { readConsoleCookie } from './consoleCookie';
import { findConsoleRoute, type ConsoleApiPorts } from './consoleRoutes';
import { requireOwnPage } from './ownPage';

export type ConsoleEntryPorts = ConsoleApiPorts & { readonly consoleCipher: SecretCipher | undefined };

/**
 * `/console/api/{*path}`: the entry point to the API for people who are signed in to the console, without a key. Checks, in this
 * order, that the console's own page asks, who is signed in, and that they have the role; then the endpoint answers as it does
 * on its own route. Errors: `forbidden`, `unauthenticated`, `notFound`, and those of the endpoint.
 */
export async function consoleApiEndpoint(
  request: HttpRequest,
  ports: ConsoleEntryPorts,
  signal: AbortSignal,
): Promise<HttpResponseInit> {
  requireOwnPage(request);
  const caller = signedIn(request, ports);
  const path = request.params.path ?? '';
  const found = findConsoleRoute(request.method, path);
  if (found === undefined)
    throw new RelayError('notFound', `The console has no route ${request.method} /${path.slice(0, 200)}.`);
  requireRole(caller, found.route.role);
  // Held requests are repeated as soon as they are answered.
  if (found.route.path !== 'stream') ports.limit(caller.name);
  return found.route.endpoint(await toApiRequest(request, path, found.params), ports, caller, signal);
}

function signedIn(request: HttpRequest, { consoleCipher, authentication, clock }: ConsoleEntryPorts): Caller {
  const person =
    authentication.entra === undefined || consoleCipher === undefined
      ? undefined
      : readConsoleCookie(request, consoleCipher, clock.now());
  if (person === undefined)
    throw new RelayError('unauthenticated', 'Nobody is signed in to the console: open /api/console/ and sign in.');
  return { name: person.objectId, authentication: 'token', roles: person.roles };
}

/** The request as the endpoint's own route would bring it, without the cookie. */
async function toApiRequest(
  request: HttpRequest,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<HttpRequest> {
  const text = request.method === 'GET' ? '' : await request.text();
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name !== 'cookie'));
  return new HttpRequest({
    method: request.method,
    url: new URL(`/api/${path}`, request.url).href,
    headers,
    query: Object.fromEntries(request.query),
    params: { ...params },
    ...(text !== '' && { body: { string: text } }),
  });
}

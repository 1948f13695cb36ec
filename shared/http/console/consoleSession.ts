import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Clock } from '../../clock';
import { RelayError } from '../../errors/relayError';
import type { SecretCipher } from '../../secretCipher';
import { VERSION } from '../../version';
import { json } from '../endpoint';
import type { AuthenticationPorts } from '../identity/authenticate';
import { verifyToken, type EntraSettings } from '../identity/tokenVerifier';
import { endedConsoleCookie, readConsoleCookie, toConsoleCookie, type ConsolePerson } from './consoleCookie';
import { isSameOrigin, requireOwnPage } from './ownPage';

export interface ConsoleSessionPorts {
  readonly authentication: AuthenticationPorts;
  /** Of `RELAY_ENCRYPTION_KEY`; undefined without one. */
  readonly consoleCipher: SecretCipher | undefined;
  /** Where the page can have the simulator ring and fail; undefined but in the local stack. */
  readonly localControl: string | undefined;
  readonly clock: Clock;
}

/** Azure App Service, "Customize sign-ins and sign-outs": back to the page afterwards. */
const PAGE = encodeURIComponent('/api/console/');
const SIGN_IN_URL = `/.auth/login/aad?post_login_redirect_uri=${PAGE}`;
const SIGN_OUT_URL = `/.auth/logout?post_logout_redirect_uri=${PAGE}`;

/**
 * `GET /console/session`: how people sign in, who has, and where the page finds the API. Anonymous. Where `ENTRA_*` is set, the ID
 * token that App Service Authentication keeps for the browser is verified and exchanged for a cookie of the relay's own: the
 * token ends after an hour, and is sent with no request of the API.
 */
export async function consoleSessionEndpoint(
  request: HttpRequest,
  ports: ConsoleSessionPorts,
): Promise<HttpResponseInit> {
  const { authentication, localControl, clock } = ports;
  const common = {
    local: localControl !== undefined,
    ...(localControl !== undefined && { localControl }),
    version: VERSION,
    now: new Date(clock.now()).toISOString(),
  };
  const { entra } = authentication;
  if (entra === undefined) return json(200, { signIn: 'key', api: '/api', person: null, ...common });
  const shown = { signIn: 'entra', api: '/api/console/api', ...common };
  const cipher = ports.consoleCipher;
  if (cipher === undefined || !authentication.signInByPlatform) {
    const problem = cipher === undefined ? NO_KEY : NOT_SWITCHED_ON;
    return json(200, { ...shown, person: null, problem });
  }
  const known = readConsoleCookie(request, cipher, clock.now());
  const signedIn = await readIdToken(request, entra, authentication).catch((error: unknown) => {
    if (known === undefined) throw error;
    return undefined;
  });
  const person = signedIn ?? known;
  const isKept = request.headers.get('x-ms-token-aad-id-token') !== null;
  const isLost = person === undefined && !isKept && request.headers.get('x-ms-client-principal') !== null;
  return {
    ...json(200, {
      ...{ ...shown, person: toShown(person), signInUrl: SIGN_IN_URL, signOutUrl: SIGN_OUT_URL },
      ...(isLost && { problem: NO_TOKEN_STORE }),
    }),
    ...(signedIn !== undefined && { cookies: [toConsoleCookie(signedIn, cipher, clock.now())] }),
  };
}

const NO_KEY = 'Nobody can sign in here: RELAY_ENCRYPTION_KEY is not set.';
const NO_TOKEN_STORE =
  'You are signed in, but App Service Authentication hands over no ID token: its token store is off (RELAY_CONSOLE_SIGN_IN).';
const NOT_SWITCHED_ON = 'Nobody can sign in here: App Service Authentication is not switched on.';

/** `DELETE /console/session`: the browser forgets the cookie. Errors: `forbidden` for other sites. */
// eslint-disable-next-line @typescript-eslint/require-await -- an endpoint rejects, it does not throw
export async function endConsoleSessionEndpoint(request: HttpRequest): Promise<HttpResponseInit> {
  requireOwnPage(request);
  return { status: 204, headers: { 'cache-control': 'no-store' }, cookies: [endedConsoleCookie] };
}

function toShown(person: ConsolePerson | undefined): Pick<ConsolePerson, 'name' | 'roles'> | null {
  return person === undefined ? null : { name: person.name, roles: person.roles };
}

/**
 * The person of the ID token that the platform adds to the browser's requests; undefined without one, for one that has expired or
 * is none of the tenant's, and where another site asks. Errors: `identityUnavailable`.
 * Source: Azure App Service, "Work with OAuth tokens", Retrieve tokens in app code.
 */
async function readIdToken(
  request: HttpRequest,
  entra: EntraSettings,
  { tenantKeys, clock }: AuthenticationPorts,
): Promise<ConsolePerson | undefined> {
  const token = request.headers.get('x-ms-token-aad-id-token');
  if (token === null || !isSameOrigin(request)) return undefined;
  try {
    const { subject, name, roles } = await verifyToken(`Bearer ${token}`, entra, tenantKeys(), clock.now());
    return { objectId: subject, name: name ?? subject, roles: [...roles] };
  } catch (error) {
    if (error instanceof RelayError && error.code === 'unauthenticated') return undefined;
    throw error;
  }
}

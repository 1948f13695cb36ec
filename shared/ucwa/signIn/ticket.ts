import { RelayError } from '../../errors/relayError';
import type { Challenge } from './challenge';
import { allowedUrl, type HostRule } from './hosts';
import type { UcwaHttp } from '../http';
import type { HttpResponse } from '../httpResponse';
import { asObject, asText, type JsonObject } from '../format/json';
import { noUsableGrant } from './noUsableGrant';
import type { PasswordGuard, PasswordGuardPorts } from './passwordGuard';
import { formOf, parseRepresentation } from '../format/representation';
import type { PropertyValue } from '../../invitations/resource';
import { translateResponse } from '../translateError';
import { Unreadable } from '../format/unreadable';

/** Where the token service is when the challenge does not say (seen). */
const TOKEN_PATH = '/WebTicket/oauthtoken';
const TIMEOUT_MS = 30_000;
/** What the documentation's samples grant, where a reply does not say. */
const DEFAULT_LIFE_SECONDS = 3600;

/** What a request needs to pass, on the one origin that it was issued for. */
export interface Ticket {
  /** The whole `Authorization` header. */
  readonly authorization: string;
  readonly origin: string;
  readonly expiresAtMs: number;
  /** From then on it is renewed before it is used: three quarters of its life and up to nine tenths, by jitter. */
  readonly renewAtMs: number;
  /** What it was obtained with, for its renewal. */
  readonly challenge: Challenge;
}

/** Gives a bearer token of modern authentication for the origin `resource` (`https://pool.contoso.com`). Rejects with a RelayError. */
export type BearerToken = (request: {
  readonly authorizationUri: string;
  readonly resource: string;
}) => Promise<string>;

export interface TicketPorts extends Pick<PasswordGuardPorts, 'account' | 'clock'> {
  readonly passwordGuard: PasswordGuard;
  readonly hosts: HostRule;
  readonly http: UcwaHttp;
  readonly random: () => number;
  readonly bearerToken?: BearerToken | undefined;
}

/**
 * A ticket for `origin`, by the password grant if the challenge offers it, else by modern authentication if it offers
 * that and an identity is there. UCWA has no refresh token: a renewal is the same again.
 * Errors: `noUsableGrant`, `credentialsRejected`, `hostNotAllowed`, and those of the exchange.
 */
export async function obtainTicket(ports: TicketPorts, origin: string, challenge: Challenge): Promise<Ticket> {
  const make = (authorization: string, lifeSeconds: number): Ticket => {
    const [nowMs, lifeMs] = [ports.clock.now(), lifeSeconds * 1000];
    return {
      authorization,
      origin,
      expiresAtMs: nowMs + lifeMs,
      renewAtMs: nowMs + lifeMs * (0.75 + 0.15 * ports.random()),
      challenge,
    };
  };
  if (challenge.grants.includes('password')) {
    const tokenUrl = allowedUrl(ports.hosts, challenge.tokenHref ?? TOKEN_PATH, origin);
    const grant = () => grantPassword(ports, origin, tokenUrl, challenge);
    const { token, lifeSeconds } = await ports.passwordGuard.attempt(grant);
    return make(`Bearer ${token}`, lifeSeconds);
  }
  if (challenge.authorizationUri !== undefined && ports.bearerToken !== undefined) {
    const token = await ports.bearerToken({ authorizationUri: challenge.authorizationUri, resource: origin });
    return make(`Bearer ${token}`, DEFAULT_LIFE_SECONDS);
  }
  throw noUsableGrant(new URL(origin).host, challenge);
}

interface Granted {
  readonly token: string;
  readonly lifeSeconds: number;
}

async function grantPassword(
  ports: TicketPorts,
  origin: string,
  tokenUrl: URL,
  challenge: Challenge,
): Promise<Granted | 'rejected'> {
  const { account, http } = ports;
  const { host } = new URL(origin);
  const response = await http.request({
    method: 'POST',
    url: tokenUrl.href,
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: new URLSearchParams({
      grant_type: 'password',
      username: account.username,
      password: account.password,
    }).toString(),
    timeoutMs: TIMEOUT_MS,
  });
  const reply = asObject(jsonOf(response));
  if (response.status !== 200) {
    const refusal = refusalOf(response, reply, host, challenge, ports.clock.now());
    if (refusal === 'rejected') return refusal;
    throw refusal;
  }
  const token = asText(reply?.['access_token']);
  if (token === undefined)
    throw new RelayError('responseUnreadable', 'The web ticket service granted a ticket that cannot be read.');
  return { token, lifeSeconds: Number(reply?.['expires_in']) || DEFAULT_LIFE_SECONDS };
}

/** Why the web ticket service grants nothing: `rejected` where it is the name or the password. */
function refusalOf(
  response: HttpResponse,
  reply: JsonObject | undefined,
  host: string,
  challenge: Challenge,
  nowMs: number,
): RelayError | 'rejected' {
  const { status } = response;
  const error = asText(reply?.['error']);
  if (reply?.['ms_rtc_passiveauthuri'] !== undefined)
    return noUsableGrant(host, { ...challenge, grants: ['urn:microsoft.rtc:passive'] });
  if (challenge.isGuess === true && error === undefined) return noTokenService(host, status);
  // A 401 here is IIS turning the user away: for the directory's count of failures it is the same.
  if (error === 'invalid_grant' || status === 401) return 'rejected';
  if (error === 'unsupported_grant_type' || status === 403)
    return noUsableGrant(host, { ...challenge, grants: challenge.grants.filter((grant) => grant !== 'password') });
  if (error === 'server_error')
    return new RelayError('upstreamFailed', 'The web ticket service failed.', { extensions: { status } });
  return translateResponse(response, nowMs);
}

function noTokenService(host: string, status: number): RelayError {
  const whatToDo = `See that the web services of ${host} run (Get-CsService -WebServer), and that no proxy removes its WWW-Authenticate.`;
  return new RelayError(
    'upstreamFailed',
    `Skype for Business at ${host} refuses the ticket without saying where to get another, and there is no token ` +
      `service at ${TOKEN_PATH} either (${String(status)}). ${whatToDo}`,
    { extensions: { host, status, whatToDo } },
  );
}

function jsonOf({ text, contentType }: HttpResponse): PropertyValue | undefined {
  if (formOf(contentType) !== 'json') return undefined;
  try {
    const body = parseRepresentation(text, contentType);
    return body.form === 'json' ? body.value : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

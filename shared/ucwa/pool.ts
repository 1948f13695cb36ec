import { RelayError, toRelayError } from '../errors/relayError';
import type { Log, LogFields } from '../telemetry/log';
import { parseChallenge, type Challenge } from './signIn/challenge';
import { discover, discoveryRoots } from './signIn/discovery';
import { isFromPool } from './channel/heldCut';
import type { HttpRequest } from './http';
import type { HttpResponse } from './httpResponse';
import { obtainTicket, type Ticket, type TicketPorts } from './signIn/ticket';
import { toPath } from './toPath';
import { isTicketRefused, translateResponse } from './translateError';
import { untilAborted } from './untilAborted';

const PROBE_TIMEOUT_MS = 5_000;
const DISCOVERY_TIMEOUT_MS = 15_000;
/** A ticket whose renewal failed is used on; the next try is after this. */
const RENEW_AGAIN_MS = 60_000;

/** So many challenges in a row that name a foreign host are no slip. */
const STRAYS = 3;
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 500]);

export interface PoolRequest extends Pick<HttpRequest, 'method' | 'body' | 'timeoutMs'> {
  /** Absolute or host-relative: only path and query count. */
  readonly href: string;
  readonly contentType?: string;
  /** An etag in its quotes. */
  readonly ifMatch?: string;
  readonly signal: AbortSignal;
}

export type PoolPorts = TicketPorts & { readonly log: Log };

/**
 * An account's way into its pool: where the applications are, and a ticket for that origin, renewed before it expires.
 * Signs in when first needed; concurrent callers share one sign-in and one renewal.
 */
export class Pool {
  readonly #ports: PoolPorts;
  #applicationsUrl: URL | undefined;
  #ticket: Ticket | undefined;
  #lastResponseMs: number | undefined;
  #signingIn: Promise<URL> | undefined;
  /** Challenges in a row that named a host to which no password goes. */
  #strays = 0;
  #obtaining: { readonly origin: string; readonly ticket: Promise<Ticket> } | undefined;

  constructor(ports: PoolPorts) {
    this.#ports = ports;
  }

  /** On the monotonic clock, when the pool itself last responded to any request. */
  get lastResponseMs(): number | undefined {
    return this.#lastResponseMs;
  }

  get tokenExpiresAtMs(): number | undefined {
    return this.#ticket?.expiresAtMs;
  }

  /** The address of `applications`; known until `forget`. */
  async applicationsUrl(signal: AbortSignal): Promise<URL> {
    if (this.#applicationsUrl !== undefined) return this.#applicationsUrl;
    this.#signingIn ??= this.#signIn().finally(() => (this.#signingIn = undefined));
    return untilAborted(this.#signingIn, signal);
  }

  /**
   * Any answer to a request on the applications' origin. When the ticket is refused the request is repeated once with a
   * new one: it was not carried out. Errors: `ticketExpired` when that is refused too, and those of sign-in and exchange.
   */
  async send(request: PoolRequest): Promise<HttpResponse> {
    const { http } = this.#ports;
    const { origin } = this.#applicationsUrl ?? (await this.applicationsUrl(request.signal));
    const ticket = this.#validTicket(origin) ?? (await this.#newTicket(origin, request.signal));
    const first = this.#received(request, await http.request(toHttpRequest(origin, request, ticket)));
    if (!isTicketRefused(first)) return first;
    if (this.#ticket === ticket) this.#ticket = undefined;
    const another = this.#validTicket(origin) ?? (await this.#newTicket(origin, request.signal, first));
    const second = this.#received(request, await http.request(toHttpRequest(origin, request, another)));
    if (!isTicketRefused(second)) return second;
    this.#ticket = undefined;
    throw translateResponse(second, this.#ports.clock.now());
  }

  /** GET of `path`, for no more than 5 s; whether the pool responded shows in `lastResponseMs`. Never rejects. */
  async probe(path: string, signal: AbortSignal): Promise<void> {
    await this.send({ method: 'GET', href: path, timeoutMs: PROBE_TIMEOUT_MS, signal }).catch(() => undefined);
  }

  /** After 403, 502 or repeated connection errors the pool may have moved: the next request discovers and signs in afresh. */
  forget(): void {
    this.#applicationsUrl = undefined;
    this.#ticket = undefined;
  }

  async #signIn(): Promise<URL> {
    const { account, hosts, http, clock } = this.#ports;
    const found = await discover(
      {
        hosts,
        get: (url, ticket) =>
          http.request({ method: 'GET', url: url.href, headers: headers(ticket), timeoutMs: DISCOVERY_TIMEOUT_MS }),
        obtainTicket: (origin, challenge) => obtainTicket(this.#ports, origin, challenge),
        now: () => clock.now(),
      },
      discoveryRoots(account.sipUri, account.discoveryUrl, hosts),
    );
    // A ticket is good on the host that issued it only (seen); elsewhere the next request is challenged anew.
    this.#ticket = found.ticket?.origin === found.applicationsUrl.origin ? found.ticket : undefined;
    this.#applicationsUrl = found.applicationsUrl;
    this.#ports.log.info('ucwaDiscovered', { account: account.sipUri, host: found.applicationsUrl.host });
    return found.applicationsUrl;
  }

  /** The ticket that is held, until it is to be renewed. */
  #validTicket(origin: string): Ticket | undefined {
    const held = this.#ticket;
    return held?.origin === origin && this.#ports.clock.now() < held.renewAtMs ? held : undefined;
  }

  async #newTicket(origin: string, signal: AbortSignal, refusal?: HttpResponse): Promise<Ticket> {
    const held = this.#ticket?.origin === origin ? this.#ticket : undefined;
    // One at a time for an origin; a ticket for another, where the pool has just moved, is none for this one.
    if (this.#obtaining?.origin !== origin) {
      const obtaining = {
        origin,
        ticket: this.#obtain(origin, held, refusal).finally(() =>
          this.#obtaining === obtaining ? (this.#obtaining = undefined) : undefined,
        ),
      };
      this.#obtaining = obtaining;
    }
    return untilAborted(this.#obtaining.ticket, signal);
  }

  async #obtain(origin: string, held: Ticket | undefined, refusal: HttpResponse | undefined): Promise<Ticket> {
    const { log, account, clock } = this.#ports;
    try {
      const challenge = held?.challenge ?? (await this.#challengeOf(origin, refusal));
      this.#ticket = await obtainTicket(this.#ports, origin, challenge);
      this.#strays = 0;
      log.info('ucwaTicketObtained', {
        account: account.sipUri,
        expiresAt: new Date(this.#ticket.expiresAtMs).toISOString(),
      });
      return this.#ticket;
    } catch (error) {
      if (held === undefined || held.expiresAtMs <= clock.now()) {
        this.#ticket = undefined;
        throw this.#isStray(error) ? strayChallenge(error) : error;
      }
      const { code, message } = toRelayError(error);
      log.warn('ucwaTicketNotRenewed', { account: account.sipUri, error: code, message });
      this.#ticket = { ...held, renewAtMs: Math.min(held.expiresAtMs, clock.now() + RENEW_AGAIN_MS) };
      return this.#ticket;
    }
  }

  /**
   * A pool that has taken us in does not send us away: a challenge that names a foreign host is a proxy's or a front
   * end's slip, until it is repeated.
   */
  #isStray(error: unknown): error is RelayError {
    if (!(error instanceof RelayError) || error.code !== 'hostNotAllowed' || this.#lastResponseMs === undefined)
      return false;
    this.#strays += 1;
    return this.#strays < STRAYS;
  }

  /** What the origin asks for: from the refusal at hand if that says so, else from a request without a ticket. */
  async #challengeOf(origin: string, refusal: HttpResponse | undefined): Promise<Challenge> {
    const stated = parseChallenge(refusal?.headers['www-authenticate']);
    if (stated.webTicket || stated.authorizationUri !== undefined) return stated;
    const response = await this.#ports.http.request({
      method: 'POST',
      url: this.#applicationsUrl?.href ?? origin,
      headers: { ...headers(undefined), 'Content-Type': 'application/json' },
      body: '{}',
      timeoutMs: DISCOVERY_TIMEOUT_MS,
    });
    const challenge = parseChallenge(response.headers['www-authenticate']);
    if (challenge.schemes.length > 0) return challenge;
    if (response.status < 400)
      throw new RelayError('upstreamFailed', `Skype for Business at ${new URL(origin).host} asks for no ticket.`);
    // A refusal that does not say where to sign in: where pools have their token service (seen).
    if (REFUSALS.has(response.status)) return { webTicket: true, isGuess: true, grants: ['password'], schemes: [] };
    throw translateResponse(response, this.#ports.clock.now());
  }

  #received({ method }: PoolRequest, response: HttpResponse): HttpResponse {
    if (isFromPool(response)) this.#lastResponseMs = this.#ports.clock.monotonicMs();
    if (response.status >= 400)
      this.#ports.log.debug('ucwaRefused', {
        account: this.#ports.account.sipUri,
        method,
        status: response.status,
        ...serverFacts(response),
      });
    return response;
  }
}

function toHttpRequest(
  origin: string,
  { method, href, body, contentType, ifMatch, timeoutMs, signal }: PoolRequest,
  ticket: Ticket,
): HttpRequest {
  return {
    method,
    url: origin + toPath(href),
    headers: {
      ...headers(ticket),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    signal,
  };
}

/** The error as one that is tried again after seconds. */
function strayChallenge({ message, extensions }: RelayError): RelayError {
  return new RelayError('ticketExpired', `Skype for Business did not take the ticket. ${message}`, { extensions });
}

/** What Microsoft's support asks for first. */
function serverFacts({ headers }: HttpResponse): LogFields {
  return {
    server: headers['x-ms-server-fqdn'],
    version: headers['x-ms-ucwaversion'],
    diagnostics: headers['x-ms-diagnostics'],
    requestId: headers['client-request-id'],
  };
}

/** All that a server client needs; an `Origin` would be answered 403 where it is not listed. */
function headers(ticket: Ticket | undefined): Record<string, string> {
  return { Accept: 'application/json', ...(ticket === undefined ? {} : { Authorization: ticket.authorization }) };
}

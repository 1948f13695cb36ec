import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock';
import type { AccountSettings } from '../config/settings';
import { RelayError } from '../errors/relayError';
import type { Kind } from '../invitations/kinds';
import type { Log } from '../telemetry/log';
import { Activity } from './activity';
import { deleteApplication } from './application';
import { EventChannel } from './channel/eventChannel';
import type { MemoryBudget } from './channel/memoryBudget';
import { pollTimeoutMs } from './channel/pollAddress';
import type { StallMonitor } from './channel/stallMonitor';
import { hostRule } from './signIn/hosts';
import type { UcwaHttp } from './http';
import { parseResource } from './format/parseResource';
import { PasswordGuard } from './signIn/passwordGuard';
import { Pool } from './pool';
import { Presence, type Opened } from './presence';
import type { Resource } from '../invitations/resource';
import type { ChannelItem, PostRequest, ReadOptions, SessionHealth, UcwaSession } from './session';
import type { RejectedCredentials } from './signIn/rejectedCredentials';
import { SessionStatus } from './sessionStatus';
import { SignInBudget } from './signIn/signInBudget';
import type { BearerToken } from './signIn/ticket';
import { toPath } from './toPath';
import { translateResponse } from './translateError';

/** An action or a fetched link that takes longer is of no use: a call rings for half a minute. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface UcwaSessionOptions {
  readonly account: AccountSettings;
  /** Host names, lower case, beside the account's SIP domain. */
  readonly allowedHosts: readonly string[];
  /** One a process. */
  readonly http: UcwaHttp;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly log: Log;
  readonly rejectedCredentials: RejectedCredentials;
  /** The relay's key; a rejected password is remembered by an HMAC with it. */
  readonly signingKey: string;
  /** One a process. */
  readonly budget: MemoryBudget;
  /** One a process. */
  readonly stalls: Pick<StallMonitor, 'stalledMs'>;
  /** The kinds that are relayed: by them `health` tells whether anything can be received. */
  readonly kinds: readonly Kind[];
  /** Default: derived from the SIP URI. The same endpoint gets the same application, so it must not change from run to run. */
  readonly endpointId?: string;
  /** For pools that offer modern authentication alone. */
  readonly bearerToken?: BearerToken | undefined;
}

/** An account's session, as UcwaSession promises. Nothing happens before its first use. */
export function createUcwaSession(options: UcwaSessionOptions): UcwaSession {
  return new Session(options);
}

class Session implements UcwaSession {
  readonly account: AccountSettings;
  readonly #options: UcwaSessionOptions;
  readonly #pool: Pool;
  readonly #presence: Presence;
  readonly #channel: EventChannel;
  readonly #activity: Activity;
  readonly #status: SessionStatus;
  #isPolling = false;
  /** Resolves when the last who came to read the channel has left it. */
  #channelFree: Promise<void> = Promise.resolve();

  constructor(options: UcwaSessionOptions) {
    const { account, allowedHosts, http, clock, random, log, rejectedCredentials, endpointId, bearerToken } = options;
    this.account = account;
    this.#options = options;
    this.#activity = new Activity({ clock, random });
    const budget = new SignInBudget(clock);
    this.#status = new SessionStatus({
      account: account.sipUri,
      clock,
      log,
      kinds: options.kinds,
      budget,
      modalities: () => this.#presence.modalities,
    });
    const { signingKey } = options;
    const passwordGuard = new PasswordGuard({ account, rejectedCredentials, clock, signingKey, budget });
    const hosts = hostRule(account.sipUri, account.discoveryUrl, allowedHosts);
    this.#pool = new Pool({ account, hosts, http, clock, random, log, passwordGuard, bearerToken });
    this.#presence = new Presence({ account, pool: this.#pool, clock, log, endpointId });
    this.#channel = new EventChannel({
      clock,
      random,
      budget: options.budget,
      stalls: options.stalls,
      open: (signal) => this.#openAvailable(signal),
      abandon: (path, signal) => deleteApplication(this.#pool, path, this.#now, signal),
      forgetPool: () => this.#pool.forget(),
      poll: (path, signal) => this.#pool.send({ method: 'GET', href: path, timeoutMs: pollTimeoutMs(path), signal }),
      probe: (path, signal) => this.#pool.probe(path, signal),
      lastResponseMs: () => this.#pool.lastResponseMs,
      connected: () => this.#status.connected(),
      polled: () => this.#status.polled(),
      cutWhileIdle: (heldMs) => this.#status.cutWhileIdle(heldMs),
      failed: (error, waitMs) => this.#status.failed(error, waitMs),
    });
  }

  get displayName(): string | undefined {
    return this.#presence.application?.displayName;
  }

  async *packages(signal: AbortSignal, options: ReadOptions = {}): AsyncGenerator<ChannelItem, void, undefined> {
    const before = this.#channelFree;
    let leave = (): void => undefined;
    this.#channelFree = new Promise((resolve) => (leave = resolve));
    await before;
    this.#isPolling = true;
    this.#status.stateChanged = options.stateChanged;
    setMaxListeners(0, signal); // one of each request
    const items = this.#channel.packages(signal, options);
    const stopReporting = this.account.reportActivity
      ? this.#activity.keep(() => this.#presence.reportActivity(signal))
      : undefined;
    try {
      while (yield* this.#handOutNext(items));
    } finally {
      stopReporting?.();
      await items.return();
      this.#isPolling = false;
      this.#status.taken();
      this.#status.stateChanged = undefined;
      leave();
    }
  }

  /** False when there is none. A generator of its own for each: a loop would keep the last package as long as it waits for the next. */
  async *#handOutNext(
    items: AsyncGenerator<ChannelItem, void, undefined>,
  ): AsyncGenerator<ChannelItem, boolean, undefined> {
    const next = await items.next();
    if (next.done === true) return false;
    this.#status.handedOut();
    yield next.value;
    this.#status.taken();
    return true;
  }

  async read(href: string, signal: AbortSignal): Promise<Resource | undefined> {
    const response = await this.#pool.send({ method: 'GET', href, timeoutMs: REQUEST_TIMEOUT_MS, signal });
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.status < 200 || response.status >= 300) throw translateResponse(response, this.#now());
    return parseResource(response.text, response.contentType);
  }

  async post(
    { href, method = 'POST', query, body, contentType }: PostRequest,
    signal: AbortSignal,
  ): Promise<{ readonly location?: string }> {
    const response = await this.#pool.send({
      method,
      href: withQuery(href, query),
      ...(body === undefined
        ? {}
        : {
            body: typeof body === 'string' ? body : JSON.stringify(body),
            contentType: contentType ?? 'application/json',
          }),
      timeoutMs: REQUEST_TIMEOUT_MS,
      signal,
    });
    const { location } = response.headers;
    if (response.status >= 200 && response.status < 300) return location === undefined ? {} : { location };
    const error = translateResponse(response, this.#now());
    if (error.code === 'poolMoved') this.#pool.forget();
    if (response.status !== 404 && response.status !== 409) throw error;
    throw new RelayError(
      'resolvedElsewhere',
      'Skype for Business no longer takes this action: the invitation was resolved elsewhere.',
      { extensions: error.extensions },
    );
  }

  async application(signal: AbortSignal): Promise<{ readonly path: string; readonly id: string }> {
    const known = this.#isPolling ? this.#presence.application : undefined;
    const { path, id } = known ?? (await this.#presence.open(signal)).application;
    return { path, id };
  }

  notPublished(reason: RelayError): void {
    this.#status.notPublished(reason);
  }

  health(): SessionHealth {
    return this.#status.toHealth({
      readToEndMs: this.#channel.readToEndMs,
      tokenExpiresAtMs: this.#pool.tokenExpiresAtMs,
    });
  }

  async signOut(signal: AbortSignal): Promise<void> {
    const { path } = await this.application(signal);
    await deleteApplication(this.#pool, path, this.#now, signal);
    this.#pool.forget();
    this.#presence.forget();
    this.#status.signedOut();
  }

  readonly #now = (): number => this.#options.clock.now();

  async #openAvailable(signal: AbortSignal): Promise<Opened> {
    this.#status.signingIn();
    const opened = await this.#presence.openAvailable(signal);
    this.#status.available();
    return opened;
  }
}

function withQuery(href: string, query: Readonly<Record<string, string>> | undefined): string {
  const url = new URL(toPath(href), 'http://pool');
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  return url.pathname + url.search;
}

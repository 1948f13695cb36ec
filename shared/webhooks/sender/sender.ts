import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import axios, { AxiosHeaders } from 'axios';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import { USER_AGENT } from '../../version';
import type { SendResult } from '../delivery/classifyResponse';
import { showUrl } from '../subscriptions/url/showUrl';
import { createConnections, type Agents, type Connections } from './connections';
import { ADDRESS_SHARES, createGuardedLookup } from './guardedLookup';
import { createNameResolver, type NameResolver } from './nameResolver';
import { codeOf, statusOfUnparsed, translateNetworkError } from './networkError';
import { readStart, createTransport, UpgradeError, type Exchange } from './transport';
import { redact } from './redact';
import { checkUrl, type CheckedUrl, type UrlVerdict } from './urlRule';
import { parseUrl } from '../../parseUrl';

/** One HTTP request to a subscriber. */
export interface OutgoingRequest {
  readonly method: 'POST' | 'OPTIONS';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The subscription's own headers, which give way to `headers`; their values are kept out of every result. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** From the start to the response's headers, in milliseconds; the body has 250 ms more. */
  readonly timeoutMs: number;
}

/** A response that was read has its headers here too, for the handshake. */
export type SenderResult = SendResult & { readonly headers?: Readonly<IncomingHttpHeaders> };

/** Makes single requests; never rejects, never follows a redirect, and connects only where the address rules allow it. */
export interface Sender {
  send(request: OutgoingRequest): Promise<SenderResult>;
  /** Closes every connection. */
  close(): void;
}

export interface SenderOptions {
  readonly clock: Clock;
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  /** Default: DNS, see createNameResolver. */
  readonly names?: NameResolver;
  /** `WEBHOOK_CA_CERTIFICATE`. */
  readonly caCertificate?: string | undefined;
}

/** Node's limit for one address is 250 ms, less than a round trip to another continent (nodejs/node 54359). */
const MAX_ADDRESS_MS = 2000;
/** URLs whose verdict is kept: more than there are subscriptions. */
const MAX_VERDICTS = 1000;

/** axios's transport without its client, whose merging of defaults into each request costs as much again as sending it. */
const adapter = axios.getAdapter('http');
const always = {
  proxy: false,
  maxRedirects: 0,
  responseType: 'stream',
  decompress: false,
  insecureHTTPParser: true,
  validateStatus: () => true,
} as const;

/**
 * Sends with keep-alive, so that the second event to a host needs no handshake. A connection that is reused leads to the
 * address that was judged when it was opened; where the subscriber has closed it meanwhile, a new one is used.
 * Error: `settingsInvalid` for a certificate that is none.
 */
export function createSender(options: SenderOptions): Sender {
  return new PooledSender(options);
}

class PooledSender implements Sender {
  readonly #clock: Clock;
  readonly #allowedCidrs: readonly string[];
  readonly #names: NameResolver;
  readonly #connections: Connections;
  readonly #verdicts = new LRUCache<string, UrlVerdict>({ max: MAX_VERDICTS });
  readonly #lookups: { readonly http: LookupFunction; readonly https: LookupFunction };

  constructor({ clock, allowedCidrs, names = createNameResolver({ clock }), caCertificate }: SenderOptions) {
    this.#clock = clock;
    this.#allowedCidrs = allowedCidrs;
    this.#names = names;
    this.#connections = createConnections(caCertificate);
    this.#lookups = {
      http: createGuardedLookup({ allowedCidrs, secure: false }, names),
      https: createGuardedLookup({ allowedCidrs, secure: true }, names),
    };
  }

  async send(request: OutgoingRequest): Promise<SenderResult> {
    const { timeoutMs, secretHeaders = {} } = request;
    const startedMs = this.#clock.now();
    const durationMs = (): number => this.#clock.now() - startedMs;
    const verdict = this.#check(request.url);
    if (!verdict.ok) return { kind: 'networkError', reason: 'addressRefused', detail: verdict.message, durationMs: 0 };
    const { url } = verdict;

    const deadline = new AbortController();
    const cancel = this.#clock.setTimer(timeoutMs, () => deadline.abort());
    let exchange = newExchange();
    try {
      const response = await this.#exchange(request, url, this.#connections.kept, exchange, deadline.signal).catch(
        (error: unknown) => {
          const isStale = exchange.isReused && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
          if (!isStale) throw error;
          // The subscriber closed an idle connection while the request was sent (Node.js, http, request.reusedSocket).
          exchange = newExchange();
          return this.#exchange(request, url, this.#connections.fresh, exchange, deadline.signal);
        },
      );
      const body = response.data as IncomingMessage;
      const start = await readStart(body, this.#clock);
      const text = start === '' ? '' : redact(start, [url.requestTarget, ...Object.values(secretHeaders)]);
      return { ...toResponse(response.status, body, text, request.url), durationMs: durationMs() };
    } catch (error) {
      if (deadline.signal.aborted) return this.#toTimeout(url, exchange, durationMs());
      return toFailure(error, exchange, durationMs());
    } finally {
      cancel();
    }
  }

  close(): void {
    this.#connections.close();
  }

  #check(url: string): UrlVerdict {
    let verdict = this.#verdicts.get(url);
    if (verdict === undefined) this.#verdicts.set(url, (verdict = checkUrl(url, this.#allowedCidrs)));
    return verdict;
  }

  #exchange(request: OutgoingRequest, url: CheckedUrl, agents: Agents, exchange: Exchange, signal: AbortSignal) {
    return adapter({
      ...always,
      method: request.method,
      url: `${url.secure ? 'https' : 'http'}://${url.authority}/`,
      headers: toHeaders(request, url),
      data: request.body,
      httpAgent: agents.http,
      httpsAgent: agents.https,
      lookup: url.secure ? this.#lookups.https : this.#lookups.http,
      transport: createTransport(url, Math.min(MAX_ADDRESS_MS, request.timeoutMs / ADDRESS_SHARES), exchange),
      signal,
    } as unknown as Parameters<typeof adapter>[0]);
  }

  #toTimeout({ host }: CheckedUrl, { isConnected }: Exchange, durationMs: number): SenderResult {
    const timeout = this.#names.isWaiting(host)
      ? ({ reason: 'notStarted', detail: 'other names were being resolved' } as const)
      : ({ reason: 'timeout', detail: isConnected ? '' : 'no connection' } as const);
    return { kind: 'networkError', ...timeout, durationMs };
  }
}

/** A response whose status line alone could be read, or the reason why there is none. */
function toFailure(error: unknown, { head }: Exchange, durationMs: number): SenderResult {
  // axios wraps what went wrong.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const status = cause instanceof UpgradeError ? 101 : statusOfUnparsed(cause, head);
  if (status !== undefined) return { kind: 'response', status, retryAfter: undefined, body: '', durationMs };
  return { kind: 'networkError', ...translateNetworkError(cause), durationMs };
}

const newExchange = (): Exchange => ({ isConnected: false, isReused: false, head: Buffer.alloc(0) });

function toHeaders(
  { headers, secretHeaders }: OutgoingRequest,
  { authority }: CheckedUrl,
): InstanceType<typeof AxiosHeaders> {
  return new AxiosHeaders({
    Accept: '*/*',
    'User-Agent': USER_AGENT,
    ...secretHeaders,
  }).set({ ...headers, Host: authority, 'Accept-Encoding': 'identity' });
}

function toResponse(status: number, { headers }: IncomingMessage, body: string, requestUrl: string) {
  const { location } = headers;
  const target = location === undefined ? undefined : parseUrl(location, requestUrl);
  return {
    kind: 'response',
    status,
    retryAfter: headers['retry-after'],
    body,
    ...(target !== undefined && { location: showUrl(target.href) }),
    headers,
  } as const;
}

import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import { parseUrl } from '../../parseUrl';
import { ADDRESS_MS, createConnections, type Connections } from '../../transport/connections';
import { createTrust } from '../../transport/createTrust';
import { TimedOut, type Exchange, type ExchangeResponse } from '../../transport/exchange';
import { USER_AGENT } from '../../version';
import type { SendResult } from '../delivery/classifyResponse';
import { showUrl } from '../subscriptions/url/showUrl';
import { ADDRESS_SHARES, createGuardedLookup } from './guardedLookup';
import type { NameResolver } from './nameResolver';
import { isRefusedByParser, translateNetworkError } from './networkError';
import { redact } from './redact';
import { readRefusedResponse } from './refusedResponse';
import { checkUrl, type CheckedUrl, type UrlVerdict } from './urlRule';

/** One HTTP request to a subscriber. */
interface OutgoingRequest {
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
  readonly names: NameResolver;
  /** `WEBHOOK_CA_CERTIFICATE`. */
  readonly caCertificate?: string | undefined;
}

/** URLs whose verdict is kept: more than there are subscriptions. */
const MAX_VERDICTS = 1000;
/** As much of a response's body as is kept. */
const MAX_BODY_BYTES = 4096;
/** The status has decided by then; a body that goes on would keep a place of the subscriber's. */
const MAX_BODY_MS = 250;

const connectionOptions = {
  idleMs: 30_000,
  // A subscriber has 16 at most, but many may share a host (flows do), and what is closed is opened anew.
  maxIdle: 1024,
  // Receivers behind identity providers set cookies of many kilobytes.
  maxHeaderBytes: 256 * 1024,
};

/**
 * Sends with keep-alive, so that the second event to a host needs no handshake. A connection that is reused leads to the
 * address that was judged when it was opened; where the subscriber has closed it meanwhile, a new one is used.
 * Error: `settingsInvalid` for a certificate that is none.
 */
export function createSender({ clock, allowedCidrs, names, caCertificate }: SenderOptions): Sender {
  const trust = createTrust(caCertificate, 'WEBHOOK_CA_CERTIFICATE');
  const open = (secure: boolean): Connections =>
    createConnections({ ...connectionOptions, trust, lookup: createGuardedLookup({ allowedCidrs, secure }, names) });
  const http = open(false);
  const https = open(true);
  const verdicts = new LRUCache<string, UrlVerdict>({ max: MAX_VERDICTS });

  const check = (url: string): UrlVerdict => {
    let verdict = verdicts.get(url);
    if (verdict === undefined) verdicts.set(url, (verdict = checkUrl(url, allowedCidrs)));
    return verdict;
  };

  return {
    async send(request) {
      const startedMs = clock.now();
      const verdict = check(request.url);
      if (!verdict.ok)
        return { kind: 'networkError', reason: 'addressRefused', detail: verdict.message, durationMs: 0 };
      const { url } = verdict;

      let exchange: Exchange | undefined;
      const timeOut = (): void => exchange?.timeOut();
      let cancel = clock.setTimer(request.timeoutMs, timeOut);
      const headersReceived = (): void => {
        cancel();
        cancel = clock.setTimer(MAX_BODY_MS, timeOut);
      };
      const start = (isFresh: boolean): Exchange =>
        (exchange = (url.secure ? https : http).send(url.origin, toTransportRequest(request, url), {
          maxBytes: MAX_BODY_BYTES,
          addressMs: Math.min(ADDRESS_MS, request.timeoutMs / ADDRESS_SHARES),
          headersReceived,
          isFresh,
        }));
      try {
        const first = start(false);
        const response = await receive(first).catch((error: unknown) => {
          if (!first.isStale) throw error;
          return receive(start(true));
        });
        return { ...toResult(response, request, url), durationMs: clock.now() - startedMs };
      } catch (error) {
        return { kind: 'networkError', ...explain(error, url, names), durationMs: clock.now() - startedMs };
      } finally {
        cancel();
      }
    },
    close() {
      http.close();
      https.close();
    },
  };
}

function explain(
  error: unknown,
  { host }: CheckedUrl,
  names: Pick<NameResolver, 'isWaiting'>,
): ReturnType<typeof translateNetworkError> {
  if (!(error instanceof TimedOut)) return translateNetworkError(error);
  if (names.isWaiting(host)) return { reason: 'notStarted', detail: 'other names were being resolved' };
  return { reason: 'timeout', detail: error.isConnected ? '' : 'no connection' };
}

/** The response, or what came of one that broke off or that the parser refused. */
async function receive(exchange: Exchange): Promise<ExchangeResponse> {
  try {
    return await exchange.response;
  } catch (error) {
    const received = exchange.received ?? (isRefusedByParser(error) ? readRefusedResponse(exchange.head) : undefined);
    if (received === undefined) throw error;
    return received;
  }
}

function toTransportRequest({ method, headers, secretHeaders = {}, body }: OutgoingRequest, url: CheckedUrl) {
  return {
    method,
    path: url.requestTarget,
    headers: mergeHeaders({ ...headers, Host: url.authority, 'Accept-Encoding': 'identity' }, secretHeaders, {
      Accept: '*/*',
      'User-Agent': USER_AGENT,
    }),
    body: body ?? null,
  };
}

/** Names and values in turn, each name once: its first value counts. */
function mergeHeaders(...groups: readonly Readonly<Record<string, string>>[]): string[] {
  const merged: string[] = [];
  const names = new Set<string>();
  for (const headers of groups)
    for (const name of Object.keys(headers)) {
      const lowerCase = name.toLowerCase();
      if (names.has(lowerCase)) continue;
      names.add(lowerCase);
      merged.push(name, headers[name] ?? '');
    }
  return merged;
}

function toResult(
  { status, headers, body }: ExchangeResponse,
  { url, secretHeaders = {} }: OutgoingRequest,
  { requestTarget }: CheckedUrl,
) {
  const { location } = headers;
  const target = location === undefined ? undefined : parseUrl(location, url);
  const text = body.toString('utf8', 0, MAX_BODY_BYTES);
  return {
    kind: 'response',
    status,
    retryAfter: headers['retry-after'],
    body: text === '' ? '' : redact(text, [requestTarget, ...Object.values(secretHeaders)]),
    ...(target !== undefined && { location: showUrl(target.href) }),
    headers,
  } as const;
}

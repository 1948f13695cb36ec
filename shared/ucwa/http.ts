import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Readable } from 'node:stream';
import axios, { AxiosHeaders } from 'axios';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import { fail, note, withinSpan, type SpanFacts } from '../telemetry/trace';
import { translateNetworkError } from './translateError';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange: connecting, waiting and the body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Any answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a header that came several times is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content-Type, or nothing. */
  readonly contentType: string;
  /** The body as UTF-8. What is beyond the size limit is cut off, so that it does not parse. */
  readonly text: string;
}

/** HTTP as UCWA needs it. One a process: all sessions share its connections. */
export interface UcwaHttp {
  /** Errors: `upstreamTimeout` (also when `signal` aborts), `upstreamFailed`. Never carries the request's headers or body. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends what is in flight and closes every connection. */
  close(): void;
}

export interface UcwaHttpOptions {
  /** PEM of a private certification authority, trusted beside the public ones. Error: `settingsInvalid` when it is none. */
  readonly caCertificate?: string | undefined;
  readonly clock: Clock;
}

/** A response beyond this is cut off. A hundred invitations with their offers stay below a tenth of it. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** Reasons of our own to abort: without one, an exception with its stack would be made for each request. */
const TIMED_OUT = Symbol('timed out');
const SETTLED = Symbol('settled');

/** Idle connections are closed by us before the pool (IIS: 120 s) closes them under a request that is being sent. */
const IDLE_CONNECTION_MS = 60_000;
/** TCP probes on a waiting P-GET, so that no firewall on the way forgets it and a dead peer is noticed. */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * Whenever a connection comes free, Node.js searches the list of all that its agent has to that host: with ten thousand it
 * was what an idle relay did most. So each group of addresses has an agent; that of a channel is always in the same.
 */
const CONNECTION_GROUPS = 64;

export function createUcwaHttp({ caCertificate, clock }: UcwaHttpOptions): UcwaHttp {
  // All are free at once where a thousand accounts publish: what is beyond `maxFreeSockets` (256) would be closed, and opened anew a moment later.
  const pooled = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS, noDelay: true, maxSockets: Infinity, maxFreeSockets: Infinity, timeout: IDLE_CONNECTION_MS };
  const secure = { ...pooled, secureContext: secureContext(caCertificate) };
  const groups = Array.from({ length: CONNECTION_GROUPS }, () => ({ httpAgent: forgetting(new http.Agent(pooled)), httpsAgent: forgetting(new https.Agent(secure)) }));

  // axios's transport without its client, whose merging of defaults into each request costs as much again as sending it.
  const send = axios.getAdapter('http');
  const always = { proxy: false, maxRedirects: 0, responseType: 'stream', validateStatus: () => true } as const;

  const exchange: UcwaHttp['request'] = async ({ method, url, headers, body, timeoutMs, signal }) => {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    void clock.sleep(timeoutMs, stop.signal).then(() => stop.abort(TIMED_OUT)); // of no effect once it was stopped
    try {
      const response = await send({
        ...always,
        ...groups[connectionGroup(url)],
        method,
        url,
        headers: new AxiosHeaders({ Accept: '*/*', 'User-Agent': 'ucwa-relay', ...headers }),
        ...(body === undefined ? {} : { data: body }),
        signal: stop.signal,
      });
      const text = await readText(response.data as Readable);
      return { status: response.status, ...plainHeaders(response.headers), text };
    } catch (error) {
      throw translateNetworkError(error, { host: new URL(url).host, ...(stop.signal.reason === TIMED_OUT ? { timeoutMs } : {}), stopped: stop.signal.aborted });
    } finally {
      stop.abort(SETTLED);
      signal?.removeEventListener('abort', abort);
    }
  };

  return {
    request: (request) =>
      withinSpan(request.method, { kind: 'client', facts: () => factsOf(request) }, async () => {
        const response = await exchange(request);
        note({ 'http.response.status_code': response.status });
        if (response.status >= 400) fail(String(response.status));
        return response;
      }),
    close() {
      for (const { httpAgent, httpsAgent } of groups) {
        httpAgent.destroy();
        httpsAgent.destroy();
      }
    },
  };
}

/** By what is before the query: on an event channel only that changes. */
function connectionGroup(url: string): number {
  const query = url.indexOf('?');
  let sum = 0;
  for (let at = 0; at < (query < 0 ? url.length : query); at += 1) sum = (sum * 31 + url.charCodeAt(at)) | 0;
  return (sum >>> 0) % CONNECTION_GROUPS;
}

/**
 * A connection remembers, as long as it lives, the options of the request that opened it (Node.js, http.Agent); through
 * what axios puts there, that exchange would never be let go, and ten thousand of them were seen to fill half the heap.
 */
function forgetting<Agent extends http.Agent>(agent: Agent): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    for (const name of ['beforeRedirect', 'beforeRedirects', 'headers']) Reflect.deleteProperty(options, name);
    return connect(options, callback);
  };
  return agent;
}

/** The host alone: paths have ids, and queries more than that. */
function factsOf({ method, url }: HttpRequest): SpanFacts {
  return { 'http.request.method': method, 'server.address': new URL(url).host };
}

/** Made once: for each connection anew, the certification authorities would be parsed again. */
function secureContext(caCertificate: string | undefined): SecureContext {
  if (caCertificate === undefined) return createSecureContext();
  try {
    // The context would pass over in silence what is no certificate.
    new X509Certificate(caCertificate);
  } catch {
    throw new RelayError('settingsInvalid', 'UCWA_CA_CERTIFICATE is not a certificate in PEM form.');
  }
  return createSecureContext({ ca: [...rootCertificates, caCertificate] });
}

/** By its events: to iterate over a stream costs several times as much. */
function readText(body: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (): void => resolve(Buffer.concat(chunks).toString('utf8', 0, MAX_RESPONSE_BYTES));
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= MAX_RESPONSE_BYTES) return;
      settle();
      body.destroy(); // and the connection with it
    });
    body.once('end', settle);
    body.once('error', reject);
    body.once('close', () => {
      if (!body.readableEnded) reject(new Error('The body was cut off.'));
    });
  });
}

function plainHeaders(received: object): Pick<HttpResponse, 'headers' | 'contentType'> {
  const headers = Object.fromEntries(Object.entries(received).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)]));
  return { headers, contentType: headers['content-type'] ?? '' };
}

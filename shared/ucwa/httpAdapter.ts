import type { IncomingHttpHeaders } from 'node:http';
import { AxiosHeaders, type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock';
import { createConnections, type Connections } from '../transport/connections';
import { createTrust } from '../transport/createTrust';
import type { Exchange } from '../transport/exchange';
import { decodeBody } from './format/decodeBody';

/** Idle connections are closed by us before the pool (IIS: 120 s) closes them under a request that is being sent. */
const IDLE_CONNECTION_MS = 60_000;

/** Ended by its `signal`. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The exchange makes the names lower case and unique; axios would compare each with every other, several times. */
class ResponseHeaders extends AxiosHeaders {
  override normalize(): this {
    return this;
  }
}

/**
 * The connections to the pools.
 * @param caCertificate `UCWA_CA_CERTIFICATE`. Error: `settingsInvalid` when it is no certificate.
 */
export function createPoolConnections(caCertificate: string | undefined): Connections {
  return createConnections({ trust: createTrust(caCertificate, 'UCWA_CA_CERTIFICATE'), idleMs: IDLE_CONNECTION_MS });
}

/**
 * axios's transport to the pools (an adapter, axios's extension point), over undici: whatever the status is a response; a
 * redirect is not followed, a proxy not used, a cookie not kept. The body comes as UTF-8, decompressed, cut off at the
 * request's `maxContentLength`. `signal` and `timeout` (of the whole exchange, always given) end it and its connection.
 * Errors: those of Exchange, and of node:zlib.
 */
export function createHttpAdapter(connections: Connections, clock: Pick<Clock, 'setTimer'>): AxiosAdapter {
  return async (config) => {
    const { signal, timeout = 0, maxContentLength = Infinity } = config;
    const exchange = send(config, connections, maxContentLength);
    const cancel = clock.setTimer(timeout, () => exchange.timeOut());
    const stop = (): void => exchange.fail(new Stopped());
    signal?.addEventListener?.('abort', stop);
    try {
      const { status, headers, body } = await exchange.response;
      const data = await decodeBody(body, headers['content-encoding'], maxContentLength);
      return { data, status, statusText: '', headers: toAxiosHeaders(headers), config };
    } finally {
      cancel();
      signal?.removeEventListener?.('abort', stop);
    }
  };
}

function toAxiosHeaders(received: IncomingHttpHeaders): ResponseHeaders {
  const headers = new ResponseHeaders();
  // A header named as one of its methods would hide it.
  for (const name in received) if (!(name in ResponseHeaders.prototype)) headers[name] = received[name];
  return headers;
}

function send(
  { url = '', method = 'get', headers, data }: InternalAxiosRequestConfig,
  connections: Connections,
  maxBytes: number,
): Exchange {
  const { origin, pathname, search } = new URL(url);
  return connections.send(
    origin,
    {
      method: method.toUpperCase() as Dispatcher.HttpMethod,
      path: pathname + search,
      headers: { 'Accept-Encoding': 'gzip', ...(headers.toJSON() as Record<string, string>) },
      body: (data as string | undefined) ?? null,
    },
    // After a 5xx the pool is ill at this front end: a balancer may choose another for the next connection.
    { maxBytes, closesAfter5xx: true },
  );
}

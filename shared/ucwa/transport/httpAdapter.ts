import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock';
import type { Connections } from './connections';
import { HttpExchange } from './httpExchange';

/** The exchange was not over after its `timeout`. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Ended by its `signal`. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * axios's transport to the pools (an adapter, axios's extension point), over undici: whatever the status is a response; a
 * redirect is not followed, a proxy not used, a cookie not kept. The body comes as UTF-8, decompressed, cut off at the
 * request's `maxContentLength`. `signal` and `timeout` (of the whole exchange, always given) end it and its connection.
 * Errors: TimedOut, and those of HttpExchange.
 */
export function createHttpAdapter(connections: Connections, clock: Pick<Clock, 'setTimer'>): AxiosAdapter {
  return async (config) => {
    const { signal, timeout = 0 } = config;
    const exchange = send(config, connections);
    const cancel = clock.setTimer(timeout, () => exchange.fail(new TimedOut()));
    const stop = (): void => exchange.fail(new Stopped());
    signal?.addEventListener?.('abort', stop);
    try {
      const { status, headers, text } = await exchange.response;
      return { data: text, status, statusText: '', headers, config };
    } finally {
      cancel();
      signal?.removeEventListener?.('abort', stop);
    }
  };
}

function send(
  { url = '', method = 'get', headers, data, maxContentLength = Infinity }: InternalAxiosRequestConfig,
  connections: Connections,
): HttpExchange {
  const { origin, pathname, search } = new URL(url);
  const connection = connections.acquire(origin);
  const exchange = new HttpExchange(connection, maxContentLength);
  connection.send(
    {
      method: method.toUpperCase() as Dispatcher.HttpMethod,
      path: pathname + search,
      headers: { 'Accept-Encoding': 'gzip', ...(headers.toJSON() as Record<string, string>) },
      body: (data as string | undefined) ?? null,
    },
    exchange,
  );
  return exchange;
}

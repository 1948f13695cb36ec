import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Clock } from '../clock';
import type { Connections } from './connections';
import { readText } from './format/readText';

/** What is cut off is read as far as it goes: it is the same every time, and as an error it would hold the channel up for good. */
const unzip = (): Transform => createUnzip({ finishFlush: constants.Z_SYNC_FLUSH });
const unbrotli = (): Transform => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
/** Only gzip is asked for; a server that goes its own way is understood. */
const decoders: ReadonlyMap<string | undefined, () => Transform> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', unzip],
  ['br', unbrotli],
]);

/** The exchange was not over after its `timeout`. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/**
 * axios's transport to the pools (an adapter, axios's extension point), over Node.js's own http: whatever the status is a
 * response; a redirect is not followed, a proxy not used, a cookie not kept. The body comes as UTF-8, decompressed, cut
 * off at the request's `maxContentLength`. `signal` and `timeout` (of the whole exchange, always given) end it and its
 * connection. Errors: TimedOut, and Node.js's own.
 */
export function createHttpAdapter(connections: Connections, clock: Pick<Clock, 'setTimer'>): AxiosAdapter {
  return async (config) => {
    const { signal, timeout = 0 } = config;
    const sent = send(config, connections);
    let timedOut: TimedOut | undefined;
    const end = (): void => void sent.destroy();
    const cancel = clock.setTimer(timeout, () => {
      timedOut = new TimedOut();
      end();
    });
    signal?.addEventListener?.('abort', end);
    try {
      return await received(await headOf(sent), config);
    } catch (error) {
      throw timedOut ?? error;
    } finally {
      cancel();
      signal?.removeEventListener?.('abort', end);
    }
  };
}

function send(
  { url = '', method = 'GET', headers, data }: InternalAxiosRequestConfig,
  connections: Connections,
): ClientRequest {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const { request } = protocol === 'https:' ? https : http;
  // Named one by one: options that Node.js makes of a URL have no prototype, which costs as much as parsing it did.
  return request({
    agent: connections.agentOf(url),
    method: method.toUpperCase(),
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    headers: { 'Accept-Encoding': 'gzip', ...(headers.toJSON() as Record<string, string>) },
  }).end(data as string | undefined);
}

async function received(response: IncomingMessage, config: InternalAxiosRequestConfig): Promise<AxiosResponse<string>> {
  const data = await readText(decoded(response), config.maxContentLength ?? Infinity);
  return {
    data,
    status: response.statusCode ?? 0,
    statusText: '',
    // Assigned: Node.js has made their names unique and lower case.
    headers: Object.assign(new AxiosHeaders(), response.headers as Record<string, string>),
    config,
  };
}

/** Resolves with the response's head; its body breaks off when something goes wrong after that. */
function headOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let hasHead = false;
    sent.on('error', reject);
    sent.on('response', (response) => {
      hasHead = true;
      // The pool is ill at this front end: a balancer may choose another for the next connection. Said before the body
      // is read: after it the connection is among the idle ones, where the next request takes it although destroyed.
      if ((response.statusCode ?? 0) >= 500) sent.shouldKeepAlive = false;
      resolve(response);
    });
    // 101 to a request that asked for no upgrade.
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(withCode('The server switched protocols.', 'UNEXPECTED_UPGRADE'));
    });
    // An error is dear to make, and every request is closed at last.
    sent.on('close', () => {
      if (!hasHead) reject(withCode('The connection was closed without a response.', 'ECONNRESET'));
    });
  });
}

function decoded(response: IncomingMessage): Readable {
  const decoder = decoders.get(response.headers['content-encoding']?.toLowerCase());
  // The reader learns from the stream itself what went wrong.
  return decoder === undefined || response.statusCode === 204
    ? response
    : pipeline(response, decoder(), () => undefined);
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

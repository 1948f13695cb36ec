import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock';
import type { CheckedUrl } from './urlRule';

/** Receivers behind identity providers set cookies of many kilobytes; Node's own limit is 16 KiB. */
const MAX_HEADER_BYTES = 256 * 1024;
/** As much as a status line needs. */
const STATUS_LINE_BYTES = 32;

/** What axios hands to a transport, as far as it is used. */
interface AxiosRequestOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly agent: Agent;
  readonly lookup: LookupFunction;
  readonly insecureHTTPParser: boolean;
}

/** The server switched protocols (101), so that the request will never have a response. */
export class UpgradeError extends Error {
  override readonly name = 'UpgradeError';
}

/** How far one exchange has come, for explaining its end. */
export interface Exchange {
  isConnected: boolean;
  /** Whether it was sent on a connection that served another request before. */
  isReused: boolean;
  /** The first bytes of the response, as they came. */
  head: Buffer;
}

/**
 * The `transport` of one axios request (axios, "Request Config"): sends path and query byte for byte, takes response
 * headers up to 256 KiB, for which axios has no option, and rejects on `'upgrade'`, of which axios hears nothing
 * (nodejs/node 42369).
 * @param addressMs how long each address of the host is tried before the next one.
 */
export function createTransport(url: CheckedUrl, addressMs: number, exchange: Exchange) {
  return {
    request(
      { method, headers, agent, lookup, insecureHTTPParser }: AxiosRequestOptions,
      onResponse: (response: IncomingMessage) => void,
    ): ClientRequest {
      const open = url.secure ? httpsRequest : httpRequest;
      // axios's own options would stay in memory as long as the connection.
      const options = {
        host: url.host,
        port: url.port,
        path: url.requestTarget,
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: addressMs,
        maxHeaderSize: MAX_HEADER_BYTES,
      };
      const request = open({ ...options, method, headers, agent, lookup, insecureHTTPParser }, onResponse);
      request.once('upgrade', (_response, socket) => {
        socket.destroy();
        request.emit('error', new UpgradeError('101 Switching Protocols'));
      });
      observe(request, exchange);
      return request;
    },
  };
}

function observe(request: ClientRequest, exchange: Exchange): void {
  request.once('socket', (socket) => {
    exchange.isReused = request.reusedSocket;
    exchange.isConnected = request.reusedSocket;
    if (!request.reusedSocket) socket.once('connect', () => (exchange.isConnected = true));
    const read = (chunk: Buffer): void => {
      if (exchange.head.length === STATUS_LINE_BYTES) return;
      exchange.head = Buffer.concat([exchange.head, chunk.subarray(0, STATUS_LINE_BYTES - exchange.head.length)]);
    };
    socket.on('data', read);
    for (const end of ['response', 'close']) request.once(end, () => socket.off('data', read));
  });
}

/** As much of a response's body as is kept. */
const MAX_BODY_BYTES = 4096;
/** The status has decided by then; a body that goes on would keep a place of the subscriber's. */
const MAX_BODY_MS = 250;

/** Reads the first 4 KiB of a body, for 250 ms at most; one that goes on is closed with its connection. Never rejects. */
export function readStart(body: Readable, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const cancel = clock.setTimer(MAX_BODY_MS, () => body.destroy());
    const end = (): void => {
      cancel();
      resolve(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'));
    };
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) body.destroy();
    });
    for (const event of ['end', 'error', 'close']) body.once(event, end);
  });
}

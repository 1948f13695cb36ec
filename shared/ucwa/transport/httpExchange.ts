import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib';
import { AxiosHeaders } from 'axios';
import { errors, util, type Dispatcher } from 'undici';
import { readText } from '../format/readText';
import type { PoolConnection } from './poolConnection';

/** What is cut off is read as far as it goes: it is the same every time, and as an error it would hold the channel up for good. */
const unzip = (): Transform => createUnzip({ finishFlush: constants.Z_SYNC_FLUSH });
const unbrotli = (): Transform => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
/** Only gzip is asked for; a server that goes its own way is understood. */
const decoders: ReadonlyMap<unknown, () => Transform> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', unzip],
  ['br', unbrotli],
]);

/** Of these the first counts, as in Node.js's own client; others that come several times are joined. */
const SINGLE: ReadonlySet<string> = new Set(['content-type', 'location', 'retry-after', 'server']);

/** Whole with their headers; where these name a length, undici waits for so many bytes. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

export interface ExchangeResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ResponseHeaders;
  readonly text: string;
}

/** undici makes the names lower case and unique; axios would compare each with every other, several times. */
class ResponseHeaders extends AxiosHeaders {
  override normalize(): this {
    return this;
  }
}

/**
 * One request and its response, as undici reports it; the connection is released after it, or cut. `response` rejects with
 * the errors of node:net, node:tls and node:zlib (`ECONNRESET` also where the connection was closed before the end), with
 * `UNEXPECTED_RESPONSE`, and with undici's own (`UND_ERR_…`) else.
 */
export class HttpExchange implements Dispatcher.DispatchHandlers {
  readonly response: Promise<ExchangeResponse>;
  readonly #connection: PoolConnection;
  readonly #maxBytes: number;
  #resolve!: (response: ExchangeResponse | Promise<ExchangeResponse>) => void;
  #reject!: (error: Error) => void;
  #isOver = false;
  #status = 0;
  #headers: ResponseHeaders | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param maxBytes of the body, as it comes and decompressed: what is beyond is cut off */
  constructor(connection: PoolConnection, maxBytes: number) {
    this.#connection = connection;
    this.#maxBytes = maxBytes;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends the exchange and its connection, unless it is over. */
  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.cut();
    this.#reject(error);
  }

  // undici wants every handler to have it.
  onConnect(): void {
    // Nothing is known yet.
  }

  /** Comes again after an informational response (1xx). */
  onHeaders(status: number, headers: Buffer[]): boolean {
    this.#status = status;
    this.#headers = toAxiosHeaders(headers);
    if (BODILESS.has(status) && Number(this.#headers['content-length'] ?? 0) !== 0) this.#end('cut');
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#end('cut');
    return true;
  }

  onComplete(): void {
    // After a 5xx the pool is ill at this front end: a balancer may choose another for the next connection.
    this.#end(this.#status >= 500 ? 'cut' : 'release');
  }

  onError(error: Error): void {
    this.fail(translateError(error, this.#connection));
  }

  #end(then: 'cut' | 'release'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection[then]();
    this.#resolve(this.#toResponse());
  }

  #toResponse(): ExchangeResponse | Promise<ExchangeResponse> {
    const [status, headers] = [this.#status, this.#headers ?? new ResponseHeaders()];
    const [first = Buffer.alloc(0), ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    const decoder =
      body.length === 0 ? undefined : decoders.get(String(headers['content-encoding'] ?? '').toLowerCase());
    return decoder === undefined
      ? { status, headers, text: body.toString('utf8', 0, this.#maxBytes) }
      : readText(decoder().end(body), this.#maxBytes).then((text) => ({ status, headers, text }));
  }
}

function toAxiosHeaders(received: Buffer[]): ResponseHeaders {
  const headers = new ResponseHeaders();
  for (const [name, value] of Object.entries(util.parseHeaders(received)))
    headers[name] = Array.isArray(value) && name !== 'set-cookie' ? toOne(name, value) : value;
  return headers;
}

const toOne = (name: string, values: readonly string[]): string | undefined =>
  SINGLE.has(name) ? values[0] : values.join(', ');

/** undici has errors of its own for what Node.js's client calls ECONNRESET, and none with a code for what is no HTTP. */
function translateError(error: Error, connection: PoolConnection): Error {
  if (connection.isClosedByPeer)
    return withCode('The connection was closed before the response was there.', 'ECONNRESET');
  if (error instanceof errors.SocketError || error instanceof errors.HTTPParserError)
    return withCode('What came is no response to the request.', 'UNEXPECTED_RESPONSE');
  return error;
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

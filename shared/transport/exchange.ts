import { AssertionError } from 'node:assert';
import type { IncomingHttpHeaders } from 'node:http';
import { errors, type Dispatcher } from 'undici';
import { toHeaders } from './toHeaders';
import { withoutContinue } from './withoutContinue';

const SWITCHING_PROTOCOLS = 101;
/** Whole with their headers; where these name a length, undici waits for so many bytes. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);
/** Kept of a response whose headers are not there yet: undici limits these, but not how many 1xx come before, nor a reason phrase. */
const MAX_HEAD_BYTES = 512 * 1024;
const CLOSED: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

export interface ExchangeResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** As it came, cut off at `maxBytes`. */
  readonly body: Buffer;
}

export interface ExchangeOptions {
  /** Of the body, as it comes: what is beyond is cut off, and the connection with it. */
  readonly maxBytes: number;
  /** Closes the connection after a 5xx, so that a balancer may choose another server for the next. Default: it is kept. */
  readonly closesAfter5xx?: boolean;
  /** Called once, as soon as the headers are there. */
  readonly headersReceived?: () => void;
}

/** The connection of an exchange, which is released after it, or cut. */
interface ExchangeConnection {
  readonly isConnected: boolean;
  readonly isReused: boolean;
  readonly isClosedByPeer: boolean;
  release(): void;
  cut(): void;
}

/** The exchange was not over in time. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  /** @param isConnected whether the server had been reached */
  constructor(readonly isConnected: boolean) {
    super('The response was not there in time.');
  }
}

/**
 * One request and its response, as undici reports it. `response` rejects with the errors of node:net and node:tls and of the
 * lookup (`ECONNRESET` also where the connection was closed before the end), with TimedOut, with `UNEXPECTED_RESPONSE`,
 * whose `cause` is undici's error, and with undici's own (`UND_ERR_…`) else.
 */
export class Exchange implements Dispatcher.DispatchHandlers {
  readonly response: Promise<ExchangeResponse>;
  readonly #connection: ExchangeConnection;
  readonly #options: ExchangeOptions;
  #resolve!: (response: ExchangeResponse) => void;
  #reject!: (error: Error) => void;
  #isOver = false;
  #isStale = false;
  #head: Buffer[] = [];
  #headBytes = 0;
  #status = 0;
  #headers: IncomingHttpHeaders | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(connection: ExchangeConnection, options: ExchangeOptions) {
    this.#connection = connection;
    this.#options = options;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** After a failure: whether the server had closed a connection that it kept, so that the request may be sent again. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** What there is of the response after a failure; undefined where not even its headers are there. */
  get received(): ExchangeResponse | undefined {
    return this.#headers === undefined ? undefined : this.#toResponse(this.#headers);
  }

  /** The bytes that came while there were no headers: those that the parser refused. */
  get head(): Buffer {
    return Buffer.concat(this.#head);
  }

  /** Ends the exchange and its connection, unless it is over. */
  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.cut();
    this.#reject(error);
  }

  /** Ends it with TimedOut. */
  timeOut(): void {
    this.fail(new TimedOut(this.#connection.isConnected));
  }

  // undici wants every handler to have it.
  onConnect(): void {
    // Nothing is known yet.
  }

  /** The bytes of the response, before they are parsed; returns what the parser may see of them. */
  onBytes(chunk: Buffer): Buffer | null {
    if (this.#headers !== undefined) return chunk;
    const response = withoutContinue(chunk);
    if (response === null) return null;
    this.#head.push(response);
    this.#headBytes += response.length;
    if (this.#headBytes <= MAX_HEAD_BYTES) return response;
    this.fail(unexpected());
    return null;
  }

  /** Comes again after an informational response (1xx). */
  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status === SWITCHING_PROTOCOLS) this.onError(new errors.SocketError('bad upgrade'));
    if (status < 200) return true;
    this.#status = status;
    this.#headers = toHeaders(headers);
    this.#head = [];
    this.#options.headersReceived?.();
    if (BODILESS.has(status) && Number(this.#headers['content-length'] ?? 0) !== 0) this.#end('cut');
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBytes) this.#end('cut');
    return true;
  }

  onComplete(): void {
    this.#end(this.#status >= 500 && this.#options.closesAfter5xx === true ? 'cut' : 'release');
  }

  onError(error: Error): void {
    if (this.#isOver) return;
    const translated = translateError(error, this.#connection);
    const hasNoResponse = this.#headers === undefined && this.#head.length === 0;
    this.#isStale = hasNoResponse && this.#connection.isReused && CLOSED.has((translated as { code?: unknown }).code);
    this.fail(translated);
  }

  #end(then: 'cut' | 'release'): void {
    if (this.#isOver || this.#headers === undefined) return;
    this.#isOver = true;
    this.#connection[then]();
    this.#resolve(this.#toResponse(this.#headers));
  }

  #toResponse(headers: IncomingHttpHeaders): ExchangeResponse {
    const [first = Buffer.alloc(0), ...more] = this.#chunks;
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks);
    return { status: this.#status, headers, body: body.subarray(0, this.#options.maxBytes) };
  }
}

/** undici has errors of its own for what Node.js's client calls ECONNRESET, and none with a code for what is no HTTP. */
function translateError(error: Error, connection: ExchangeConnection): Error {
  if (connection.isClosedByPeer)
    return Object.assign(new Error('The connection was closed before the response was there.'), { code: 'ECONNRESET' });
  // undici asserts what its parser promises, and of a status with blanks before it the parser makes zero.
  if (error instanceof errors.SocketError || error instanceof errors.HTTPParserError || error instanceof AssertionError)
    return unexpected(error);
  return error;
}

function unexpected(cause?: Error): Error {
  const error = new Error('What came is no response to the request.', { cause });
  return Object.assign(error, { code: 'UNEXPECTED_RESPONSE' });
}

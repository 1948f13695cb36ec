import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Connect } from './connector';

/** A server that names the time for which it keeps a connection has it used for a second less. */
const IDLE_MARGIN_MS = 1_000;

/** One HTTP request: `path` with its query goes out byte for byte; a name comes at most once in `headers`, in any case. */
export type TransportRequest = Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>;

export interface ConnectionOptions {
  /** For so long at most an idle connection is kept; less where its server says so. */
  readonly idleMs: number;
  /** Names and values of a response's headers together. Default: 16 KiB. */
  readonly maxHeaderBytes?: number;
}

interface Observer {
  /** It may be acquired again. */
  released(): void;
  /** The server, something between, or its time of idleness has ended it; an exchange would open it anew. */
  disconnected(): void;
  /** It is of no use any more. */
  cut(): void;
}

/** What takes a response: undici's handler, which sees the bytes before they are parsed and says what may be. */
interface ResponseHandler extends Dispatcher.DispatchHandlers {
  onBytes(chunk: Buffer): Buffer | null;
}

/** A connection to a server, for one exchange at a time: an undici client, which is opened by its first exchange. */
export class Connection {
  readonly #client: Client;
  readonly #observer: Observer;
  #socket: Socket | undefined;
  #handler: ResponseHandler | undefined;
  #addressMs = 0;
  #isReused = false;

  constructor(origin: string, connect: Connect, { idleMs, maxHeaderBytes }: ConnectionOptions, observer: Observer) {
    this.#observer = observer;
    this.#client = new Client(origin, {
      // The exchange has deadlines of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
      ...(maxHeaderBytes !== undefined && { maxHeaderSize: maxHeaderBytes }),
      connect: (options, report) => {
        this.#isReused = false;
        this.#socket = this.#observe(connect(options, report, this.#addressMs));
      },
    });
    this.#client.on('disconnect', () => observer.disconnected());
  }

  /** Whether it is there, without TLS if need be: the server has been reached. */
  get isConnected(): boolean {
    return this.#socket?.connecting === false;
  }

  /** Whether it served another exchange before. */
  get isReused(): boolean {
    return this.#isReused;
  }

  /** Whether the other side has closed it. */
  get isClosedByPeer(): boolean {
    return this.#socket?.readableEnded === true;
  }

  /** Never throws: the handler hears of every error. @param addressMs as of Connect, should it have to be opened. */
  send(request: TransportRequest, handler: ResponseHandler, addressMs: number): void {
    this.#handler = handler;
    this.#addressMs = addressMs;
    this.#client.dispatch(request, handler);
  }

  /** The exchange is over: the connection is kept for the next one. */
  release(): void {
    this.#handler = undefined;
    this.#isReused = true;
    this.#observer.released();
  }

  /** Closes it; the exchange that is under way fails. */
  cut(): void {
    this.#handler = undefined;
    this.#observer.cut();
    void this.#client.destroy();
    // While it connects, the client does not hold it.
    this.#socket?.destroy();
  }

  #observe(socket: Socket): Socket {
    const read = socket.read.bind(socket);
    socket.read = (size) => {
      const chunk = read(size) as Buffer | null;
      return chunk === null || this.#handler === undefined ? chunk : this.#handler.onBytes(chunk);
    };
    return socket;
  }
}

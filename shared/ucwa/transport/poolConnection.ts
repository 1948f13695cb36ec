import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Connect } from './connector';
import { passOver100 } from './passOver100';

/** Idle connections are closed by us before the pool (IIS: 120 s) closes them under a request that is being sent. */
const IDLE_CONNECTION_MS = 60_000;
/** By so much before the time that a server names for itself. */
const IDLE_MARGIN_MS = 1_000;

const clientOptions = {
  // The exchange has one deadline for all of it, of its own.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: IDLE_CONNECTION_MS,
  keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
};

interface Observer {
  /** It may be acquired again. */
  released(): void;
  /** The pool, something between, or its time of idleness has ended it; an exchange would open it anew. */
  disconnected(): void;
  /** It is of no use any more. */
  cut(): void;
}

/** A connection to a pool, for one exchange at a time: an undici client, which is opened by its first exchange. */
export class PoolConnection {
  readonly #client: Client;
  readonly #observer: Observer;
  #socket: Socket | undefined;

  constructor(origin: string, connect: Connect, observer: Observer) {
    this.#observer = observer;
    this.#client = new Client(origin, {
      ...clientOptions,
      connect: (options, report) => {
        this.#socket = passOver100(connect(options, report));
      },
    });
    this.#client.on('disconnect', () => observer.disconnected());
  }

  /** Whether the other side has closed it. */
  get isClosedByPeer(): boolean {
    return this.#socket?.readableEnded === true;
  }

  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): void {
    this.#client.dispatch(request, handler);
  }

  /** The exchange is over: the connection is kept for the next one. */
  release(): void {
    this.#observer.released();
  }

  /** Closes it; the exchange that is under way fails. */
  cut(): void {
    this.#observer.cut();
    void this.#client.destroy();
    // While it connects, the client does not hold it.
    this.#socket?.destroy();
  }
}

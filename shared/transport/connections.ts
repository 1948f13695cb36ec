import { Connection, type ConnectionOptions, type TransportRequest } from './connection';
import { createConnector, type ConnectorOptions } from './connector';
import { Exchange, type ExchangeOptions } from './exchange';

/**
 * How long each address of a server is tried before the next one. Node's limit is 250 ms, less than a round trip to another
 * continent (nodejs/node 54359).
 */
export const ADDRESS_MS = 2_000;

export interface ConnectionsOptions extends ConnectorOptions, ConnectionOptions {
  /** Of one origin: what is released beyond is closed. Default: as many as there are. */
  readonly maxIdle?: number;
}

export interface SendOptions extends ExchangeOptions {
  /** On a new connection, whatever is idle. Default: false. */
  readonly isFresh?: boolean;
  /** How long each address is tried before the next one. Default: two seconds. */
  readonly addressMs?: number;
}

/** Connections to any number of servers, kept between exchanges; one of them serves one exchange at a time. */
export interface Connections {
  /**
   * Sends a request to this origin (`https://pool.contoso.com`, port and all) on the connection that was released last, or
   * on a new one where none is idle: there may be as many as are asked for. Never throws.
   */
  send(origin: string, request: TransportRequest, options: SendOptions): Exchange;
  /** Cuts every one of them, whatever is under way. */
  close(): void;
}

/** HTTP/1.1 over undici: follows no redirect, uses no proxy, keeps no cookie, decompresses nothing. */
export function createConnections(settings: ConnectionsOptions): Connections {
  const connect = createConnector(settings);
  const all = new Set<Connection>();
  // Not undici's Pool, which searches the list of all its connections for a free one at each request.
  const idle = new Map<string, Connection[]>();

  const release = (origin: string, connection: Connection): void => {
    const there = idle.get(origin);
    if (there === undefined) idle.set(origin, [connection]);
    else if (there.length < (settings.maxIdle ?? Infinity)) there.push(connection);
    else connection.cut();
  };
  /** Those that have been idle for too long are found at once: they are at the front. */
  const forget = (origin: string, connection: Connection): void => {
    const there = idle.get(origin);
    const at = there?.indexOf(connection) ?? -1;
    if (there === undefined || at < 0) return;
    there.splice(at, 1);
    if (there.length === 0) idle.delete(origin);
    all.delete(connection);
  };
  const open = (origin: string): Connection => {
    const connection = new Connection(origin, connect, settings, {
      released: () => release(origin, connection),
      disconnected: () => forget(origin, connection),
      cut: () => void all.delete(connection),
    });
    all.add(connection);
    return connection;
  };
  const acquire = (origin: string): Connection => {
    const there = idle.get(origin);
    const connection = there?.pop();
    if (there?.length === 0) idle.delete(origin);
    return connection ?? open(origin);
  };

  return {
    send(origin, request, options) {
      const connection = options.isFresh === true ? open(origin) : acquire(origin);
      const exchange = new Exchange(connection, options);
      connection.send(request, exchange, options.addressMs ?? ADDRESS_MS);
      return exchange;
    },
    close() {
      idle.clear();
      for (const connection of all) connection.cut();
    },
  };
}

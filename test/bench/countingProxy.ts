import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before the table service and counts. */
export interface CountingProxy {
  /** The storage connection string, tables by way of the proxy. */
  readonly connection: string;
  /** Requests so far: a transaction of many rows is one, as it is in the bill. */
  readonly count: number;
  /** Those about these tables. */
  countOf(...tables: readonly string[]): number;
  close(): Promise<void>;
}

/** A request begins a piece of its connection: the table client sends one at a time on each. */
const REQUEST_LINE = /^(?:GET|POST|PUT|PATCH|MERGE|DELETE) \/(?:devstoreaccount1\/)?(\w*)/;
const LONGEST_START = 100;

/**
 * Passes bytes on and reads the first of each piece alone: to take requests apart would cost about as much as to answer them.
 * @param storageConnection with a TableEndpoint on plain HTTP
 */
export async function startCountingProxy(storageConnection: string): Promise<CountingProxy> {
  const endpoint = new URL(/TableEndpoint=([^;]+)/.exec(storageConnection)?.[1] ?? '');
  let count = 0;
  const byTable = new Map<string, number>();
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (incoming) => {
    const outgoing = connect({ host: endpoint.hostname, port: Number(endpoint.port), noDelay: true });
    incoming.on('data', (piece: Buffer) => {
      const [start, table = ''] = REQUEST_LINE.exec(piece.toString('latin1', 0, LONGEST_START)) ?? [];
      if (start === undefined) return;
      count += 1;
      byTable.set(table, (byTable.get(table) ?? 0) + 1);
    });
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.once('error', () => to.destroy());
      from.once('close', () => open.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    connection: storageConnection.replace(endpoint.host, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    get count() {
      return count;
    },
    countOf: (...tables) => tables.reduce((sum, table) => sum + (byTable.get(table) ?? 0), 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

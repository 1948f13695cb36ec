import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/** @param storageConnection with a TableEndpoint on plain HTTP */
export async function startCountingProxy(storageConnection: string): Promise<CountingProxy> {
  const endpoint = new URL(/TableEndpoint=([^;]+)/.exec(storageConnection)?.[1] ?? '');
  let count = 0;
  const byTable = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const table = /^\/(?:devstoreaccount1\/)?(\w+)/.exec(incoming.url ?? '')?.[1] ?? '';
    byTable.set(table, (byTable.get(table) ?? 0) + 1);
    const onward = request(
      {
        host: endpoint.hostname,
        port: endpoint.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
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
        server.closeAllConnections();
      }),
  };
}

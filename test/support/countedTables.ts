import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTables, type Tables } from '../../shared/storage/tables';
import { startTestStorage } from './azurite';

export interface CountedTables {
  readonly tables: Tables;
  /** The requests that are made during this, as `METHOD table`, counted on the wire. */
  requestsOf(action: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The product's tables on an Azurite of the test's own, behind a proxy that notes every request. */
export async function startCountedTables(): Promise<CountedTables> {
  const storage = await startTestStorage();
  const target = /TableEndpoint=([^;]+)/.exec(storage.connectionString)?.[1] ?? '';
  let seen: string[] = [];
  const proxy = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const table = /^\/[^/]+\/(\w+)/.exec(url)?.[1] ?? '';
    if (table !== 'Tables') seen.push(`${method} ${table}`);
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const { pathname } = new URL(target);
  const connectionString = storage.connectionString.replace(target, `http://127.0.0.1:${port}${pathname}`);
  return {
    tables: createTables({ connectionString }, () => {
      throw new Error('a connection string needs no credential');
    }),
    async requestsOf(action) {
      seen = [];
      await action();
      return seen.toSorted();
    },
    async close() {
      await storage.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

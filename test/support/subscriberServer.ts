import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a subscriber got it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a subscriber does with a request: answers, never answers, breaks the connection off, or takes the response itself. */
export type SubscriberAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer }
  | 'hang'
  | 'reset'
  | ((response: ServerResponse) => void);

export interface SubscriberServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections accepted so far. */
  connections(): number;
  /** Resolves when that many requests have been read whole. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A subscriber on a port of the system's choice. @param answer decides for the n-th request, from 1; 204 unless given. */
export async function startSubscriber(
  answer: (request: ReceivedRequest, count: number) => SubscriberAnswer = () => ({ status: 204 }),
  host = '127.0.0.1',
  port = 0,
): Promise<SubscriberServer> {
  const requests: ReceivedRequest[] = [];
  const watchers = new Set<() => void>();
  let connections = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const received = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    requests.push(received);
    const chosen = answer(received, requests.length);
    if (typeof chosen === 'function') chosen(response);
    else if (chosen === 'reset') request.socket.resetAndDestroy();
    else if (chosen !== 'hang') response.writeHead(chosen.status, chosen.headers).end(chosen.body);
    for (const watch of watchers) watch();
  };
  const server = createServer(
    { noDelay: true },
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  );
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const { port: listening } = server.address() as AddressInfo;

  return {
    url: `http://${host}:${listening}/hooks`,
    port: listening,
    requests,
    connections: () => connections,
    received: (count) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (requests.length < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

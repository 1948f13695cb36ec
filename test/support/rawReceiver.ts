import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawReceiver {
  readonly url: string;
  readonly port: number;
  /** Heads of the requests, as they came. */
  readonly requests: readonly string[];
  connections(): number;
  /** Resolves when that many requests have been read. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A receiver on loopback that responds to each request with whatever bytes `respond` writes. */
export async function startRawReceiver(respond: (socket: Socket, count: number) => unknown): Promise<RawReceiver> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      requests.push(text.slice(0, end));
      text = text.slice(end + 4 + length);
      respond(socket, requests.length);
      for (const watch of watchers) watch();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
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
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TRIES = 100;

/**
 * Lets the server listen on 127.0.0.1, on `port` or the next one above it that is free (0: any), and resolves to the
 * port it got. Rejects when none of a hundred is free.
 */
export async function listen(server: Server, port: number): Promise<number> {
  for (let candidate = port; ; candidate += 1) {
    try {
      return await listenOn(server, candidate);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || candidate >= Math.min(port + TRIES, 65_535)) throw error;
    }
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

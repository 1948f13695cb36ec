import { createServer, type AddressInfo } from 'node:net';

const TRIES = 100;

/**
 * The preferred TCP port on 127.0.0.1, or the next one above it that nobody listens on; for 0 one that the system
 * chooses. It may be taken before the caller listens there.
 */
export async function nextFreePort(preferred: number): Promise<number> {
  if (preferred === 0) return (await probe(0)) ?? 0;
  const last = Math.min(preferred + TRIES, 65_535);
  for (let port = preferred; port <= last; port += 1) {
    if ((await probe(port)) !== undefined) return port;
  }
  throw new Error(`No port from ${preferred} to ${last} is free on this machine.`);
}

/** The port that could be listened on; undefined where it is taken or not ours to take. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}

import { once } from 'node:events';
import { subscribe } from 'node:diagnostics_channel';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

let messages = 0;
for (const channel of [
  'http.client.request.start',
  'http.client.response.finish',
  'http.server.request.start',
  'http.server.response.finish',
])
  subscribe(channel, () => (messages += 1));

/** HTTP requests and responses that this process has sent or received so far. */
export function countHttpMessages(): number {
  return messages;
}

let echo: Promise<Socket> | undefined;

/**
 * Sends a byte over loopback and back. On a busy machine the kernel delivers late; what was sent before is delivered
 * before, so when this resolves it has arrived.
 */
export async function makeLoopbackRoundTrip(): Promise<void> {
  const socket = await (echo ??= connectEcho());
  const answered = once(socket, 'data');
  socket.write('.');
  await answered;
}

async function connectEcho(): Promise<Socket> {
  const server = createServer((peer) => peer.unref().setNoDelay().pipe(peer));
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  return socket.unref();
}

import { once } from 'node:events';
import { subscribe } from 'node:diagnostics_channel';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const counts = { requestsSent: 0, requestsReceived: 0, responsesSent: 0, responsesReceived: 0 };
// Node.js's own client, and undici, by which the relay speaks to pools and to subscribers.
for (const channel of ['http.client.request.start', 'undici:request:create'])
  subscribe(channel, () => (counts.requestsSent += 1));
subscribe('http.server.request.start', () => (counts.requestsReceived += 1));
subscribe('http.server.response.finish', () => (counts.responsesSent += 1));
for (const channel of ['http.client.response.finish', 'undici:request:trailers'])
  subscribe(channel, () => (counts.responsesReceived += 1));

/** HTTP messages that this process, which is client and server, has sent and received so far. */
export function countHttpMessages(): { readonly total: number; readonly underWay: number } {
  const sent = counts.requestsSent + counts.responsesSent;
  const received = counts.requestsReceived + counts.responsesReceived;
  return { total: sent + received, underWay: sent - received };
}

let echo: Promise<Socket> | undefined;
let current: Promise<void> = Promise.resolve();
let next: Promise<void> | undefined;

/**
 * Sends a byte over loopback and back. On a busy machine the kernel delivers late; what was sent before is delivered
 * before, so when this resolves it has arrived. Callers that come during a round trip share the next one.
 */
export function makeLoopbackRoundTrip(): Promise<void> {
  return (next ??= current.then(() => {
    next = undefined;
    return (current = exchangeByte());
  }));
}

async function exchangeByte(): Promise<void> {
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

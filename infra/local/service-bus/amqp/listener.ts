import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { BrokerContext } from './brokerContext';
import { acceptConnection, createBrokerContainer, endConnection, gatheredFrameBytes } from './rheaConnection';
import { serveConnection } from './serveConnection';

const HOST = '127.0.0.1';

/** How long a peer may be silent before it is taken for gone; it is told half of that, and SDKs send something before then. */
const IDLE_MS = 120_000;

const MAX_FRAME_BYTES = 65_536;

const connectionOptions = {
  idle_time_out: IDLE_MS / 2,
  max_frame_size: MAX_FRAME_BYTES,
  // rhea frees deliveries from the head only, so one message that its receiver sits on must not fill the buffer.
  session_buffer_size: { incoming: 2048, outgoing: 65_536 },
  sender_options: { autosettle: false, treat_modified_as_released: false },
  receiver_options: { autoaccept: false, autosettle: false, credit_window: 1000 },
};

const HTTP_REQUEST = /^(?:GET|PUT|POST|HEAD|PATCH|DELETE|OPTIONS) /;
const NO_HTTP = 'This is an AMQP port. The administration API is not supported by this local Service Bus.';

/** An open port that clients connect to. */
export interface Listener {
  readonly port: number;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** Listens on loopback. @throws Node's EADDRINUSE when the port is taken. */
export async function listen(port: number, context: BrokerContext): Promise<Listener> {
  const container = createBrokerContainer('local-service-bus');
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    gatherWrites(socket);
    answerHttp(socket);
    const connection = acceptConnection(container, socket, connectionOptions);
    const release = serveConnection(connection, context);
    socket.once('close', () => {
      sockets.delete(socket);
      release();
      endConnection(connection);
    });
    const drop = (why: unknown): void => {
      if (!socket.destroyed) context.log(`dropped a connection: ${why instanceof Error ? why.message : String(why)}`);
      socket.destroySoon();
    };
    socket.on('data', () => {
      if ((gatheredFrameBytes(connection) ?? 0) > MAX_FRAME_BYTES)
        drop('it announced a frame that is larger than was agreed');
    });
    connection.on('protocol_error', drop);
    connection.on('error', drop);
    connection.on('connection_error', () => undefined);
    connection.on('disconnected', () => socket.destroy());
  });
  await bind(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** rhea writes every frame by itself; those of one turn of the event loop leave in one system call. */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket);
  let gathering = false;
  socket.write = (chunk: Uint8Array | string): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      setImmediate(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(chunk);
  };
}

/** Says what this port is to whoever takes it for HTTP; rhea then closes the connection, as for any bytes that are no AMQP. */
function answerHttp(socket: Socket): void {
  socket.once('data', (chunk: Buffer) => {
    if (!HTTP_REQUEST.test(chunk.toString('latin1', 0, 8))) return;
    socket.write(
      `HTTP/1.1 501 Not Implemented\r\ncontent-type: text/plain\r\ncontent-length: ${NO_HTTP.length}\r\nconnection: close\r\n\r\n${NO_HTTP}`,
    );
  });
}

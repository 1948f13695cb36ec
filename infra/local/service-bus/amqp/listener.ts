import type { AddressInfo, Server, Socket } from 'node:net';
import type { Container } from 'rhea';
import type { BrokerContext } from './brokerContext';
import type { Certificate } from './certificate';
import { createPortServer } from './portServer';
import { acceptConnection, createBrokerContainer, endConnection, gatheredFrameBytes } from './rheaConnection';
import { serveConnection } from './serveConnection';

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

/** An open port that clients connect to. */
export interface Listener {
  readonly port: number;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** A name or address of this machine. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Undefined: no TLS. */
  readonly certificate: Certificate | undefined;
}

/** Listens for AMQP, plain and with TLS. @throws Node's EADDRINUSE when the port is taken. */
export async function listen({ host, port, certificate }: ListenOptions, context: BrokerContext): Promise<Listener> {
  const container = createBrokerContainer('local-service-bus');
  const sockets = new Set<Socket>();
  const server = createPortServer({
    certificate,
    log: context.log,
    onAmqp: (socket) => serveAmqp(container, socket, context),
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await bind(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serveAmqp(container: Container, socket: Socket, context: BrokerContext): void {
  gatherWrites(socket);
  const connection = acceptConnection(container, socket, connectionOptions);
  const release = serveConnection(connection, context);
  socket.once('close', () => {
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
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
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

// What the broker uses of rhea 3.0's connections beyond its typings. This file, rheaSession, rheaOrder and rheaLink are the only ones that
// reach into rhea, each time with the reason.
import type { Socket } from 'node:net';
import { create_container, type Connection, type Container } from 'rhea';

/** A container that takes SASL ANONYMOUS, also under the name MSSBCBS that Microsoft's other SDKs ask for. */
export function createBrokerContainer(id: string): Container {
  const container = create_container({ id });
  const mechanisms = container.sasl_server_mechanisms as Record<string, unknown> & { enable_anonymous(): void };
  mechanisms.enable_anonymous();
  mechanisms['MSSBCBS'] = mechanisms['ANONYMOUS'];
  return container;
}

/** Speaks AMQP on a socket that a server of ours has accepted: rhea's own `listen` does not let us see the socket. */
export function acceptConnection(container: Container, socket: Socket, options: Record<string, unknown>): Connection {
  const connection = container.create_connection(options as never);
  (connection['accept'] as (socket: Socket) => void).call(connection, socket);
  return connection;
}

/**
 * Tells rhea that the socket is gone, which it sees only when the peer ends it, so that it stops its heartbeats; and
 * lets it write no more, for what links still have to say would start them again and keep the process alive.
 */
export function endConnection(connection: Connection): void {
  (connection['eof'] as () => void).call(connection);
  connection['socket_ready'] = false;
}

/** How large the frame is that a connection is gathering; undefined when it is gathering none. */
export const gatheredFrameBytes = (connection: Connection): number | undefined =>
  connection['frame_size'] as number | undefined;

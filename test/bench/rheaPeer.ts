/** One end of the ceiling of `bus`: a bare rhea container that takes whatever it is sent and settles it. A process of its own. */
import type { AddressInfo } from 'node:net';
import { create_container } from 'rhea';
import { answer } from './child';

export const peer = {
  /** Resolves with the port on 127.0.0.1. */
  listen: () =>
    new Promise<number>((resolve) => {
      const container = create_container();
      const options = {
        host: '127.0.0.1',
        port: 0,
        receiver_options: { credit_window: 1000, autoaccept: true },
        tcp_no_delay: true,
      };
      const server = container.listen(options);
      server.once('listening', () => resolve((server.address() as AddressInfo).port));
    }),
};
export type Peer = typeof peer;

answer(peer);

/** All subscribers, a path each, in a process of their own: whatever comes is answered 204 at once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './child';
import { sharedNowMs } from './harness';

/** Distinct events by path. */
const heard = new Map<string, Set<string>>();
let total = 0;
let lastAtMs = 0;
let wake = (): void => undefined;

export const receiverMethods = {
  /** Resolves with its address. */
  start: () =>
    new Promise<string>((resolve) => {
      const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
        request.resume().once('end', () => {
          response.writeHead(204).end();
          const path = request.url ?? '';
          const events = heard.get(path) ?? new Set();
          heard.set(path, events);
          const before = events.size;
          events.add(String(request.headers['webhook-id']));
          if (events.size === before) return;
          total += 1;
          lastAtMs = sharedNowMs();
          wake();
        });
      });
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    }),
  /** Resolves, with when the last one came, once so many have come since the start, each event once for each path. */
  reached: (count: number) =>
    new Promise<number>((resolve) => {
      wake = () => {
        if (total >= count) resolve(lastAtMs);
      };
      wake();
    }),
};
export type ReceiverMethods = typeof receiverMethods;

answer(receiverMethods);

/** All subscribers, a path each, in a process of their own. `/hangs…` never responds, `/fails-once…` refuses each event once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './child';
import { sharedNowMs } from './harness';

interface Arrival {
  readonly path: string;
  /** `webhook-id`. */
  readonly id: string;
  /** `data.subject` of the event, where the path asks for it: `/with-subject…`. */
  readonly subject?: string;
  readonly atMs: number;
}

/** Distinct events by path. */
const received = new Map<string, Set<string>>();
const refused = new Set<string>();
let arrivals: Arrival[] = [];
let total = 0;
let lastAtMs = 0;
let wake = (): void => undefined;

function record(path: string, id: string, body: string): void {
  const events = received.get(path) ?? new Set();
  received.set(path, events);
  const before = events.size;
  events.add(id);
  if (events.size === before) return;
  total += 1;
  lastAtMs = sharedNowMs();
  if (body === '') arrivals.push({ path, id, atMs: lastAtMs });
  else {
    const { data } = JSON.parse(body) as { readonly data: { readonly subject?: string } };
    arrivals.push({ path, id, subject: data.subject ?? '', atMs: lastAtMs });
  }
  wake();
}

export const receiverMethods = {
  /** Resolves with its address. */
  start: () =>
    new Promise<string>((resolve) => {
      const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
        const path = request.url ?? '';
        const id = String(request.headers['webhook-id']);
        let body = '';
        if (path.startsWith('/with-subject')) request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        else request.resume();
        request.once('end', () => {
          if (path.startsWith('/hangs')) return;
          if (path.startsWith('/fails-once') && !refused.has(id)) {
            refused.add(id);
            response.writeHead(500).end();
            return;
          }
          response.writeHead(204).end();
          record(path, id, body);
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
  /** How many have come since the start. */
  total: () => total,
  /** What came since this was asked before. */
  takeArrivals: () => {
    const taken = arrivals;
    arrivals = [];
    return taken;
  },
};
export type ReceiverMethods = typeof receiverMethods;

answer(receiverMethods);

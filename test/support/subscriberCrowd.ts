import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What a subscriber does with every delivery. Only who is healthy hears; the others are what the field has. */
const conducts = {
  healthy: (response) => void response.writeHead(204).end(),
  hangs: () => undefined,
  fails: (response) => void response.writeHead(500).end('out of order'),
  throttles: (response) => void response.writeHead(429, { 'retry-after': '2' }).end(),
  gone: (response) => void response.writeHead(410).end(),
  redirects: (response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  resets: (response) => void response.socket?.resetAndDestroy(),
  switches: (response) => void response.socket?.write(SWITCHING_PROTOCOLS),
  drips: (response) => drip(response),
  /** Its name server never answers, so that it is never asked anything. */
  unresolved: () => undefined,
} as const satisfies Record<string, (response: ServerResponse) => void>;

const SWITCHING_PROTOCOLS = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const DRIP_MS = 500;

/** A response whose head comes byte by byte, and never whole. */
function drip({ socket }: ServerResponse): void {
  socket?.write('HTTP/1.1 200 OK\r\nX-Slow: ');
  const timer = setInterval(() => void socket?.write('x'), DRIP_MS);
  socket?.once('close', () => clearInterval(timer));
}

export type Conduct = keyof typeof conducts;
/** How many of a hundred are like this; the rest are healthy. */
const shares: Readonly<Partial<Record<Conduct, number>>> = {
  hangs: 10,
  fails: 10,
  throttles: 10,
  gone: 5,
  redirects: 5,
  resets: 10,
};

/** Who of so many behaves how, at least one of each: the healthy ones first. */
export function mixOf(subscribers: number): readonly Conduct[] {
  const others = (Object.keys(shares) as Conduct[]).flatMap((conduct) =>
    Array.from({ length: Math.max(1, Math.round(((shares[conduct] ?? 0) * subscribers) / 100)) }, () => conduct),
  );
  return [...Array.from({ length: Math.max(1, subscribers - others.length) }, (): Conduct => 'healthy'), ...others];
}

/** One request as it came; its body is not kept, for there may be hundreds of thousands. */
export interface Arrival {
  readonly atMs: number;
  /** Of the body. */
  readonly digest: string;
}

/** A subscriber on a port of its own. */
export interface CrowdMember {
  readonly conduct: Conduct;
  /** What creates its subscription. */
  readonly request: { readonly url: string; readonly secret: string; readonly handshake: 'skip' };
  /** By `webhook-id`, each in the order of arrival. */
  readonly arrivals: ReadonlyMap<string, readonly Arrival[]>;
  /** Requests whose signature `standardwebhooks` does not take. */
  readonly unverified: number;
}

export interface SubscriberCrowd {
  readonly members: readonly CrowdMember[];
  readonly healthy: readonly CrowdMember[];
  /** Resolves when every healthy member has heard each of these events, before or from now on. */
  heard(eventIds: readonly string[]): Promise<void>;
  /** Resolves when anyone has been sent this event, before or from now on. */
  anyone(eventId: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server for each. */
export async function startCrowd(mix: readonly Conduct[]): Promise<SubscriberCrowd> {
  const watchers = new Set<(member: CrowdMember, eventId: string) => void>();
  const started = await Promise.all(
    mix.map((conduct) =>
      startMember(conduct, (member, eventId) => watchers.forEach((watch) => watch(member, eventId))),
    ),
  );
  const members = started.map(({ member }) => member);
  const healthy = members.filter(({ conduct }) => conduct === 'healthy');
  return {
    members,
    healthy,
    heard: (eventIds) =>
      new Promise((resolve) => {
        const missing = new Map(
          healthy.map((member) => [member, new Set(eventIds.filter((id) => !member.arrivals.has(id)))]),
        );
        const done = (): boolean => [...missing.values()].every(({ size }) => size === 0);
        const watch = (member: CrowdMember, eventId: string): void => {
          if (missing.get(member)?.delete(eventId) !== true || !done()) return;
          watchers.delete(watch);
          resolve();
        };
        if (done()) resolve();
        else watchers.add(watch);
      }),
    anyone: (eventId) =>
      new Promise((resolve) => {
        const watch = (_: CrowdMember, arrived: string): void => {
          if (arrived !== eventId) return;
          watchers.delete(watch);
          resolve();
        };
        if (members.some(({ arrivals }) => arrivals.has(eventId))) resolve();
        else watchers.add(watch);
      }),
    close: async () => {
      await Promise.all(started.map(({ server }) => closeServer(server)));
    },
  };
}

async function startMember(
  conduct: Conduct,
  report: (member: CrowdMember, eventId: string) => void,
): Promise<{ readonly member: CrowdMember; readonly server: Server }> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const verifier = new Webhook(secret);
  const arrivals = new Map<string, Arrival[]>();
  let unverified = 0;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const id = String(request.headers['webhook-id']);
    const arrival = { atMs: Date.now(), digest: createHash('sha256').update(body).digest('base64') };
    try {
      verifier.verify(body, request.headers as Record<string, string>);
    } catch {
      unverified += 1;
    }
    const known = arrivals.get(id);
    if (known === undefined) arrivals.set(id, [arrival]);
    else known.push(arrival);
    conducts[conduct](response);
    report(member, id);
  };
  const server = createServer(
    { noDelay: true, keepAliveTimeout: 60_000 },
    (request, response) => void take(request, response).catch(() => response.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const member: CrowdMember = {
    conduct,
    request: {
      url:
        conduct === 'unresolved'
          ? `https://${randomBytes(8).toString('hex')}.silent.example/hooks`
          : `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hooks`,
      secret,
      handshake: 'skip',
    },
    arrivals,
    get unverified() {
      return unverified;
    },
  };
  return { member, server };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

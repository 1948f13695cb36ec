import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSecret } from '../../../shared/webhooks/delivery/signature';
import { verifyWebhook, type Verdict } from './verifyWebhook';

/** One delivery as it came. */
export interface Delivery {
  /** `webhook-id`: the same for every attempt at the same event. Empty where the header is missing. */
  readonly id: string;
  readonly verdict: Verdict;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ReceiverOptions {
  /** Default 7080, the next free one where that is taken; 0 lets the system choose. */
  readonly port?: number;
  /** `whsec_` and base64, as shown when the subscription was made; a new one is made up where none is given. */
  readonly secret?: string;
  /**
   * Given each delivery after it has been answered: 204 if it is genuine, else 401. Where it resolves with a status, a
   * genuine delivery is answered with that, and not before.
   */
  readonly onDelivery: (delivery: Delivery) => undefined | Promise<number>;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly secret: string;
  close(): Promise<void>;
}

/** The relay sends at most 64 KiB (CloudEvents 1.0, "Size Limits"). */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * A webhook receiver as a subscriber may write one: consents to the CloudEvents handshake (http-webhook §4), answers
 * genuine deliveries and refuses all others, and hands both to `onDelivery`. Error: RangeError for a secret that is
 * empty or cut, with which anybody could sign.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const secret = options.secret ?? `whsec_${randomBytes(32).toString('base64')}`;
  if (!isSecret(secret)) throw new RangeError('The secret must be whsec_ and the base64 of 24 to 64 bytes.');
  const server = createServer((request, response) => {
    answer(request, response, secret, options.onDelivery).catch(() => response.destroy());
  });
  const port = await listenFrom(server, options.port ?? 7080);
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    secret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  secret: string,
  onDelivery: ReceiverOptions['onDelivery'],
): Promise<void> {
  if (request.method === 'OPTIONS') {
    const origin = request.headers['webhook-request-origin'];
    response
      .writeHead(200, {
        allow: 'POST',
        ...(typeof origin === 'string' ? { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } : {}),
      })
      .end();
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST, OPTIONS' }).end();
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const verdict = verifyWebhook(secret, request.headers, body);
  const id = request.headers['webhook-id'];
  const answered = onDelivery({
    id: typeof id === 'string' ? id : '',
    verdict,
    body: body.toString('utf8'),
    headers: request.headers,
  });
  // Not waited for without need: a slow receiver is taken for a failing one.
  const status = answered === undefined ? 204 : await answered;
  response.writeHead(verdict === 'genuine' ? status : 401).end();
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function listenFrom(server: Server, first: number): Promise<number> {
  for (let port = first; ; port += 1) {
    try {
      return await listen(server, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port >= Math.min(first + 100, 65_535)) throw error;
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

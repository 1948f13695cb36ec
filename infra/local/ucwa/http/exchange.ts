import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request, read whole. */
export interface Exchange {
  readonly method: string;
  /** Without query; doubled slashes are one, as IIS has it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Scheme and authority under which the client knows this server; a ticket is valid for it alone. */
  readonly origin: string;
  /** Calls back when the response is over, however it ended. */
  onClosed(listener: () => void): unknown;
}

/** UCWA's own limit is unpublished; nothing a client sends comes near this. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Reads the request; undefined when the body is too large, or the client left while sending it. */
export async function readExchange(request: IncomingMessage, response: ServerResponse): Promise<Exchange | undefined> {
  const body = await readBody(request);
  if (body === undefined) return undefined;
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  return {
    method: request.method ?? 'GET',
    path: path.replace(/\/{2,}/g, '/'),
    query: new URLSearchParams(query.join('?')),
    headers: request.headers,
    body,
    origin: `http://${request.headers.host ?? 'localhost'}`,
    onClosed: (listener) => response.once('close', listener),
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined; // The client broke off: there is nobody to answer.
  }
  return Buffer.concat(chunks).toString('utf8');
}

import type { Clock } from '../clock';
import { fail, note, withinSpan, type SpanFacts } from '../telemetry/trace';
import { createConnections } from './connections';
import { readText } from './readText';
import { sendByAxios } from './sendByAxios';
import { sendByNode } from './sendByNode';
import { translateNetworkError } from './translateError';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange: connecting, waiting and the body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Any answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a header that came several times is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content-Type, or nothing. */
  readonly contentType: string;
  /** The body as UTF-8. What is beyond the size limit is cut off, so that it does not parse. */
  readonly text: string;
}

/** HTTP as UCWA needs it. One a process: all sessions share its connections. */
export interface UcwaHttp {
  /** Errors: `upstreamTimeout` (also when `signal` aborts), `upstreamFailed`. Never carries the request's headers or body. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends what is in flight and closes every connection. */
  close(): void;
}

export interface UcwaHttpOptions {
  /** PEM of a private certification authority, trusted beside the public ones. Error: `settingsInvalid` when it is none. */
  readonly caCertificate?: string | undefined;
  readonly clock: Clock;
}

/** A response beyond this is cut off. A hundred invitations with their offers stay below a tenth of it. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

export function createUcwaHttp({ caCertificate, clock }: UcwaHttpOptions): UcwaHttp {
  const connections = createConnections(caCertificate);

  const exchange: UcwaHttp['request'] = async ({ method, url, headers, body, timeoutMs, signal }) => {
    const fate: { endedBy?: 'time' | 'caller'; stop?: () => void } = {};
    const end = (by: 'time' | 'caller') => (): void => {
      fate.endedBy ??= by;
      fate.stop?.();
    };
    const silence = clock.alarm(timeoutMs, end('time'));
    const leave = end('caller');
    signal?.addEventListener('abort', leave, { once: true });
    try {
      const send = method === 'GET' ? sendByNode : sendByAxios;
      const { answer, stop } = send({
        method,
        url,
        headers: { 'User-Agent': 'ucwa-relay', ...headers },
        ...(body === undefined ? {} : { body }),
        agent: connections.agentOf(url),
      });
      fate.stop = stop;
      if (signal?.aborted === true) leave();
      const { status, headers: received, body: stream } = await answer;
      const text = await readText(stream, MAX_RESPONSE_BYTES);
      return { status, ...plainHeaders(received), text };
    } catch (error) {
      throw translateNetworkError(error, {
        host: new URL(url).host,
        ...(fate.endedBy === 'time' ? { timeoutMs } : {}),
        stopped: fate.endedBy !== undefined,
      });
    } finally {
      silence();
      signal?.removeEventListener('abort', leave);
    }
  };

  return {
    request: (request) =>
      withinSpan(request.method, { kind: 'client', facts: () => factsOf(request) }, async () => {
        const response = await exchange(request);
        note({ 'http.response.status_code': response.status });
        if (response.status >= 400) fail(String(response.status));
        return response;
      }),
    close: () => connections.close(),
  };
}

/** The host alone: paths have ids, and queries more than that. */
function factsOf({ method, url }: HttpRequest): SpanFacts {
  return { 'http.request.method': method, 'server.address': new URL(url).host };
}

function plainHeaders(received: Readonly<Record<string, unknown>>): Pick<HttpResponse, 'headers' | 'contentType'> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(received))
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  return { headers, contentType: headers['content-type'] ?? '' };
}

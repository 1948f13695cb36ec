import type { HttpResponse } from './httpResponse';
import { Axios } from 'axios';
import type { Clock } from '../clock';
import { setStatus, setAttributes, withinSpan, type SpanAttributes } from '../telemetry/trace';
import { USER_AGENT } from '../version';
import { TimedOut } from '../transport/exchange';
import { createHttpAdapter, createPoolConnections } from './httpAdapter';
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
  const connections = createPoolConnections(caCertificate);
  // Of the class, which has none of axios's defaults: nothing of the request or the response is transformed, and
  // there is nothing to merge into each of ten thousand polls.
  const client = new Axios({ adapter: createHttpAdapter(connections, clock), maxContentLength: MAX_RESPONSE_BYTES });

  const exchange: UcwaHttp['request'] = async ({ method, url, headers, body, timeoutMs, signal }) => {
    try {
      const {
        status,
        headers: received,
        data,
      } = await client.request<string>({
        method,
        url,
        headers: {
          Accept: '*/*',
          'User-Agent': USER_AGENT,
          ...headers,
          // Without a body there is no type of it: axios would name one for a POST.
          ...(method === 'POST' && body === undefined && { 'Content-Type': false }),
        },
        ...(body !== undefined && { data: body }),
        timeout: timeoutMs,
        ...(signal !== undefined && { signal }),
      });
      setAttributes({ 'http.response.status_code': status });
      if (status >= 400) setStatus(String(status));
      return { status, ...plainHeaders(received), text: data };
    } catch (error) {
      throw translateNetworkError(error, {
        host: new URL(url).host,
        ...(error instanceof TimedOut ? { timeoutMs } : {}),
        stopped: signal?.aborted === true,
      });
    }
  };

  return {
    request: (request) =>
      withinSpan(request.method, { kind: 'client', attributes: () => factsOf(request) }, () => exchange(request)),
    close: () => connections.close(),
  };
}

/** The host alone: paths have ids, and queries more than that. */
function factsOf({ method, url }: HttpRequest): SpanAttributes {
  return { 'http.request.method': method, 'server.address': new URL(url).host };
}

function plainHeaders(received: Readonly<Record<string, unknown>>): Pick<HttpResponse, 'headers' | 'contentType'> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(received))
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  return { headers, contentType: headers['content-type'] ?? '' };
}

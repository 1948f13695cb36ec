import type { IncomingMessage } from 'node:http';
import type { RpcHttpData } from '../worker/functionsCore';
import type { RouteParams } from './routeTemplate';

/** A request whose target is taken apart. */
export interface HttpCall {
  readonly request: IncomingMessage;
  readonly method: string;
  /** Encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Takes the target of a request apart. As Kestrel does, `.` and `..` are removed first, percent-encoded or not; nothing else
 * is decoded. Undefined for what it refuses with 400: `%00` in the path, or a header that is not ASCII.
 */
export function toHttpCall(request: IncomingMessage): HttpCall | undefined {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const [path, search] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  if (/%00/.test(path) || request.rawHeaders.some((text) => /[^\x00-\x7f]/.test(text))) return undefined;
  return { request, method: request.method ?? 'GET', path: withoutDots(path), query: new URLSearchParams(search) };
}

function withoutDots(path: string): string {
  if (!/(^|\/)(\.|%2e)/i.test(path)) return path;
  const kept: string[] = [];
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    const name = segment.replace(/%2e/gi, '.');
    const isLast = index === segments.length - 1;
    if (name === '..') kept.pop();
    if (name !== '..' && name !== '.') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** Header names in small letters; several of a name are one, separated by commas. */
function toHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Several values of a name are one, separated by commas, as Azure's host hands them over. */
function toQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}

/** Where the request says it was sent to; the library needs a whole URL. */
const originOf = (request: IncomingMessage): string => request.headers.host ?? 'localhost';

/** The request as the host hands it to the library. */
export function toRequestData(
  { request, method, path, query }: HttpCall,
  params: RouteParams,
  body: Uint8Array,
): RpcHttpData {
  return {
    method,
    url: `http://${originOf(request)}${path}${/\?.*$/.exec(request.url ?? '')?.[0] ?? ''}`,
    headers: toHeaders(request),
    query: toQuery(query),
    params,
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

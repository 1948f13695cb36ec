import { request as send } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { HttpCall } from './requestData';
import { isFraming, writeStatus } from './writeResponse';

/** A path of the host's own whose requests another server on this machine answers. */
export interface Forward {
  /** Without a slash at its end: `/local/sim`. */
  readonly path: string;
  /** Where what follows the path is appended: `http://127.0.0.1:8080/sim`. */
  readonly url: string;
}

/** Reads `PATH=URL`. @throws Error naming the option for what is none. */
export function parseForward(text: string): Forward {
  const [, path, url] =
    /^(\/[\w/-]*\w)=(http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(?:\/[\w/-]*\w)?)$/.exec(text) ?? [];
  if (path === undefined || url === undefined)
    throw new Error(`--forward: "${text}" is not a path, an equals sign, and an http URL of this machine.`);
  return { path, url };
}

/** Whether the request is for the other server. */
export function isForwarded({ path }: HttpCall, forward: Forward): boolean {
  return path.startsWith(`${forward.path}/`);
}

/**
 * Passes the request on and its answer back, so that a page of the app reaches the other server at its own origin. Only a
 * POST of JSON: a page of another origin has to ask before it sends one (Fetch standard, CORS preflight), and is not
 * answered. Else 404 or 415; 502 where the other server cannot be reached.
 */
export function forwardRequest(call: HttpCall, response: ServerResponse, { path, url }: Forward): void {
  const { request, method } = call;
  const isJson = /^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? '');
  if (method !== 'POST' || !isJson) {
    request.resume();
    writeStatus(response, method === 'POST' ? 415 : 404);
    return;
  }
  const length = request.headers['content-length'];
  const headers = { 'content-type': 'application/json', ...(length !== undefined && { 'content-length': length }) };
  const target = `${url}${call.path.slice(path.length)}`;
  const forwarded = send(target, { method, headers }, (answer) => {
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined && !isFraming(name)) response.setHeader(name, value);
    response.writeHead(answer.statusCode ?? 502);
    answer.pipe(response);
  });
  forwarded.once('error', () => writeStatus(response, 502));
  request.pipe(forwarded);
}

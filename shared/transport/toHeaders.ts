import type { IncomingHttpHeaders } from 'node:http';
import { util } from 'undici';

/** Of these the first counts, as in Node.js's own client; others that come several times are joined. */
const SINGLE: ReadonlySet<string> = new Set(['content-type', 'location', 'retry-after', 'server']);

/** undici's raw headers by lower-case name, each a text but for `set-cookie`, as Node.js's own client has them. Pure. */
export function toHeaders(received: Buffer[]): IncomingHttpHeaders {
  // Without a prototype: a server may name a header after what every object has.
  const headers = util.parseHeaders(received, Object.create(null) as Record<string, string | string[]>);
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value) && name !== 'set-cookie')
      headers[name] = SINGLE.has(name) ? (value[0] ?? '') : value.join(', ');
  }
  return headers;
}

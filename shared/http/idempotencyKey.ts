import { invalidRequest } from '../errors/parseOrExplain';

/**
 * The Idempotency-Key of a request, where it has one: a structured-field string (RFC 8941 §3.3.3, `"…"`), or a bare
 * value, as most clients send it. Error: `requestInvalid` unless it has 1 to 255 printable characters.
 */
export function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1] ?? header;
  if (!/^[\x20-\x7e]{1,255}$/.test(key))
    throw invalidRequest([{ field: 'Idempotency-Key', message: 'must be a string of 1 to 255 printable characters' }]);
  return key;
}

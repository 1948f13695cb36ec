import { invalidRequest } from '../errors/parseOrExplain';

/** The header's value: 1 to 255 printable characters, of which HTTP carries no blanks at the ends; more than two quotes. */
export const IDEMPOTENCY_KEY = /^(?!""$)[!-~]([ -~]{0,253}[!-~])?$/;

/**
 * The Idempotency-Key of a request, where it has one: a structured-field string (RFC 8941 §3.3.3, `"…"`), or a bare
 * value, as most clients send it. Error: `requestInvalid` unless it has 1 to 255 printable characters.
 */
export function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  if (!IDEMPOTENCY_KEY.test(header))
    throw invalidRequest([{ field: 'Idempotency-Key', message: 'must be a string of 1 to 255 printable characters' }]);
  return /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1] ?? header;
}

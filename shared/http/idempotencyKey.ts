import { RelayError } from '../errors/relayError';

/**
 * The key of an `Idempotency-Key` header: a structured-field string (RFC 8941 §3.3.3), or a bare value, as most clients send it.
 * Error: `requestInvalid`.
 */
export function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1] ?? header;
  if (key.length === 0 || key.length > 255 || !/^[\x20-\x7e]+$/.test(key)) {
    throw new RelayError('requestInvalid', 'Idempotency-Key must be a string of 1 to 255 printable characters.', {
      extensions: { errors: [{ field: 'Idempotency-Key', message: 'must have 1 to 255 printable characters' }] },
    });
  }
  return key;
}

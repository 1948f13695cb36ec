import { RelayError } from '../errors/relayError';

/** A continuation token as callers see it: opaque, safe in a query string. */
export function encodeCursor(continuationToken: string): string {
  return Buffer.from(continuationToken).toString('base64url');
}

/** Errors: `requestInvalid` for what encodeCursor cannot have made. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const token = Buffer.from(cursor, 'base64url').toString();
  if (!/^[\w-]{1,2000}$/.test(cursor) || !/^[\x20-\x7e]+$/.test(token)) {
    throw new RelayError('requestInvalid', '"cursor" must be the cursor of the page before, unchanged.', {
      extensions: { errors: [{ field: 'cursor', message: 'must be the cursor of the page before, unchanged' }] },
    });
  }
  return token;
}

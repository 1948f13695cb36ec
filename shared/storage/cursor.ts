import { RelayError } from '../errors/relayError';

/** The position where a page ended as callers see it: opaque, safe in a query string. */
export function encodeCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** The position that a cursor names. Errors: `requestInvalid` for one that encodeCursor cannot have made of such a position. */
export function parseCursor(cursor: string | undefined, positions: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const position = Buffer.from(cursor, 'base64url').toString();
  if (/^[\w-]{1,2000}$/.test(cursor) && /^[\x20-\x7e]+$/.test(position) && positions.test(position)) return position;
  throw new RelayError('requestInvalid', '"cursor" must be the cursor of the page before, unchanged.', {
    extensions: { errors: [{ field: 'cursor', message: 'must be the cursor of the page before, unchanged' }] },
  });
}

import { createHash } from 'node:crypto';

/**
 * A stable id: SHA-256 over what names the occurrence, as base64url (43 characters, no full stop). Members are told
 * apart by JSON, so that no two lists run together.
 */
export function stableId(...members: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** The package's ack and the place in it, padded so that they order as text. */
export function sequenceOf(ack: string, position: number): string {
  return `${ack.padStart(12, '0')}-${String(position).padStart(4, '0')}`;
}

/** Counts: the first call with a key answers 0, the next 1, and so on. */
export type Ordinals = (key: string) => number;

/** Ordinals that begin anew, for one package. */
export function createOrdinals(): Ordinals {
  const seen = new Map<string, number>();
  return (key) => {
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return ordinal;
  };
}

import { createHash } from 'node:crypto';
import { RelayError } from '../../errors/relayError';
import type { KeyedRequest } from './subscription';

/** How long the result of a request with an Idempotency-Key is given again: 24 hours. */
const KEY_LIFETIME_MS = 24 * 3_600_000;

/** A request that came with an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header), as hashes. */
export type RequestKey = Pick<KeyedRequest, 'keyHash' | 'bodyHash'>;

/**
 * Hashes the key of a request with its caller and its body; undefined where there is no key.
 * @param target what the request is about: the same key for something else is another key.
 */
export function toRequestKey(
  idempotencyKey: string | undefined,
  caller: string,
  target: string,
  body: unknown,
): RequestKey | undefined {
  if (idempotencyKey === undefined) return undefined;
  return { keyHash: hash([target, caller, idempotencyKey]), bodyHash: hash(body) };
}

/** What is stored with the result of a request. */
export function toKeyedRequest(key: RequestKey, encryptedSecret: string, nowMs: number): KeyedRequest {
  return { ...key, encryptedSecret, untilMs: nowMs + KEY_LIFETIME_MS };
}

/** Whether `stored` is the same request. Error: `idempotencyKeyReused` when the key is the same and the body another. */
export function isSameRequest(stored: KeyedRequest | undefined, key: RequestKey | undefined, nowMs: number): boolean {
  if (stored === undefined || key === undefined || stored.keyHash !== key.keyHash || nowMs >= stored.untilMs)
    return false;
  if (stored.bodyHash === key.bodyHash) return true;
  throw new RelayError(
    'idempotencyKeyReused',
    'This Idempotency-Key was used with another body within the last 24 hours: use a new key.',
  );
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

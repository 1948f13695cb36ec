import { createHash } from 'node:crypto';
import { RelayError } from '../../errors/relayError';
import type { KeyedRequest } from './subscriptionSecrets';

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

/** What is stored of a request with the secret that it was given; undefined where it has no key. */
export function toKeyedRequest(key: RequestKey | undefined, secret: string, nowMs: number): KeyedRequest | undefined {
  return key && { ...key, secret, untilMs: nowMs + KEY_LIFETIME_MS };
}

/** The secret that the same request was given; undefined where `stored` is another. Error: `idempotencyKeyReused` for another body. */
export function secretGivenBefore(
  stored: KeyedRequest | undefined,
  key: RequestKey | undefined,
  nowMs: number,
): string | undefined {
  if (stored === undefined || stored.keyHash !== key?.keyHash || nowMs >= stored.untilMs) return undefined;
  if (stored.bodyHash === key.bodyHash) return stored.secret;
  throw new RelayError(
    'idempotencyKeyReused',
    'This Idempotency-Key was used with another body within the last 24 hours: use a new key.',
  );
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

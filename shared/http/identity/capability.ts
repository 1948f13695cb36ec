import { createHmac, timingSafeEqual } from 'node:crypto';

/** What the holder of a link may do: one thing, to one subject, without a key. */
export interface Capability {
  readonly purpose: 'unsubscribe' | 'decline' | 'acceptWithPhoneAudio' | 'callBack';
  /** The subscription's or the invitation's id. */
  readonly subject: string;
  /** Milliseconds since the epoch; undefined for one that lasts. */
  readonly expiresAtMs?: number;
}

const purposes: readonly Capability['purpose'][] = ['unsubscribe', 'decline', 'acceptWithPhoneAudio', 'callBack'];
const MAC_BYTES = 16;
const MAX_LENGTH = 512;

/** Unguessable and authenticated by HMAC-SHA256 (`RELAY_SIGNING_KEY`), as base64url for a path segment. Pure. */
export function encodeCapability({ purpose, subject, expiresAtMs }: Capability, signingKey: string): string {
  const body = Buffer.from(`${purpose} ${String(expiresAtMs ?? '')} ${subject}`);
  return Buffer.concat([mac(body, signingKey), body]).toString('base64url');
}

/** Reads what encodeCapability made with this key, expired or not; undefined for anything else. Compares in constant time. Pure. */
export function decodeCapability(text: string, signingKey: string): Capability | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const body = bytes.subarray(MAC_BYTES);
  if (
    body.length === 0 ||
    bytes.toString('base64url') !== text ||
    !timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(body, signingKey))
  )
    return undefined;
  const [, purpose, expiresAt = '', subject] = /^(\w+) (\d*) (\S+)$/.exec(body.toString()) ?? [];
  const known = purposes.find((one) => one === purpose);
  if (known === undefined || subject === undefined) return undefined;
  return { purpose: known, subject, ...(expiresAt === '' ? {} : { expiresAtMs: Number(expiresAt) }) };
}

function mac(body: Buffer, signingKey: string): Buffer {
  return createHmac('sha256', signingKey).update('capability\n').update(body).digest().subarray(0, MAC_BYTES);
}

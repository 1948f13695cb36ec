import { createHmac, timingSafeEqual } from 'node:crypto';
import { BrokerError } from '../broker/brokerError';
import { audiencePath } from './entityPath';

/** The one key name, as in Microsoft's emulator. */
export const KEY_NAME = 'RootManageSharedAccessKey';

/** What a valid signature allows. */
export interface Claim {
  /** The entity's path in lower case and without slashes around it; empty for the whole namespace. */
  readonly path: string;
  readonly expiresAtMs: number;
}

/** What a shared access signature begins with, whatever type its sender says it is of. */
export const SIGNATURE_PREFIX = 'SharedAccessSignature ';

/**
 * Verifies a shared access signature (learn.microsoft.com, "Shared access signatures", and the format there).
 * @throws BrokerError unauthorised
 */
export function verifySignature(token: string, key: string, nowMs: number): Claim {
  const fields = new URLSearchParams(token.slice(SIGNATURE_PREFIX.length));
  const [resource, signature, expiry, keyName] = ['sr', 'sig', 'se', 'skn'].map((name) => fields.get(name) ?? '');
  // What is signed is the resource as it stands in the token: SDKs differ in how they escape it.
  const escaped = /(?:^|[ &])sr=([^&]*)/.exec(token)?.[1] ?? '';
  const expected = createHmac('sha256', key)
    .update(`${escaped}\n${expiry ?? ''}`)
    .digest();
  // A plus sign that its sender did not escape reads as a space.
  const given = Buffer.from((signature ?? '').replaceAll(' ', '+'), 'base64');
  if (keyName !== KEY_NAME || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new BrokerError('unauthorised', 'InvalidSignature: The token has an invalid signature.');
  }
  const expiresAtMs = Number(expiry) * 1000;
  if (!(expiresAtMs > nowMs)) throw new BrokerError('unauthorised', 'ExpiredToken: The token is expired.');
  return { path: audiencePath(resource ?? ''), expiresAtMs };
}

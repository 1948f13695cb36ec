import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { kindNames, kinds, type Kind } from './kinds';
import { RelayError } from '../errors/relayError';

/**
 * Where an invitation lives, without an origin: that and the path prefix always come from the account's own session,
 * so that no id can lead a request astray.
 */
export interface InvitationReference {
  /** Eight bytes of the account's hash, see accountKey. */
  readonly accountKey: string;
  readonly kind: Kind;
  /** The `N` of `/ucwa/…/applications/N`. */
  readonly applicationId: string;
  /** The path segment under `communication/`: usually the kind's own, `invitations` on some servers. */
  readonly collection: string;
  /** The last path segment. */
  readonly id: string;
}

const VERSION = 1;
const MAC_BYTES = 12;
const MAX_LENGTH = 128;
/** Unreserved characters (RFC 3986 §2.3), but no dot segment: an id never climbs a path. */
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,64}$/;
const HEX_32 = /^[0-9a-f]{32}$/;

/**
 * Sixteen hex digits that stand for an account in ids; SIP URIs compare without case (RFC 3261 §19.1.4 for the host;
 * UCWA ignores it throughout).
 */
export function accountKey(sipUri: string): string {
  return createHash('sha256').update(sipUri.toLowerCase()).digest('hex').slice(0, 16);
}

/**
 * Self-contained and authenticated: version, kind, account, application, collection and id, then a truncated HMAC-SHA256,
 * as base64url, at most 128 characters. Any instance that knows the key can read it as soon as the message is out.
 * Errors: `responseUnreadable` when UCWA's path segments do not fit an id.
 */
export function encodeInvitationId(reference: InvitationReference, signingKey: string): string {
  const collection = reference.collection === kinds[reference.kind].collection ? '' : reference.collection;
  const segments = [reference.applicationId, reference.id];
  if (!segments.every((segment) => SEGMENT.test(segment)) || (collection !== '' && !SEGMENT.test(collection))) {
    throw new RelayError(
      'responseUnreadable',
      'The invitation’s path has a segment that no UCWA server is known to use.',
    );
  }
  const head = hexByte(VERSION) + hexByte(kindNames.indexOf(reference.kind)) + reference.accountKey;
  const body = Buffer.from(head + pack(reference.applicationId) + pack(collection) + pack(reference.id), 'hex');
  const id = Buffer.concat([body, mac(body, signingKey)]).toString('base64url');
  if (id.length > MAX_LENGTH) {
    throw new RelayError(
      'responseUnreadable',
      `The invitation’s path is too long for an id of ${String(MAX_LENGTH)} characters.`,
    );
  }
  return id;
}

/**
 * Reads an id that encodeInvitationId made with this key; undefined for anything else, whatever was changed in it.
 * Compares in constant time.
 */
export function decodeInvitationId(id: string, signingKey: string): InvitationReference | undefined {
  if (id.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length < 10 + 3 + MAC_BYTES || bytes.toString('base64url') !== id) return undefined;
  const body = bytes.subarray(0, -MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), mac(body, signingKey))) return undefined;
  const kind = kindNames[body[1] ?? -1];
  if (body[0] !== VERSION || kind === undefined) return undefined;
  const [applicationId, collection, invitation] = unpack(body.subarray(10));
  if (applicationId === undefined || collection === undefined || invitation === undefined) return undefined;
  return {
    accountKey: body.subarray(2, 10).toString('hex'),
    kind,
    applicationId,
    collection: collection === '' ? kinds[kind].collection : collection,
    id: invitation,
  };
}

/** The invitation's path under its application's (`/ucwa/oauth/v1/applications/102`). */
export function invitationPath(applicationPath: string, { collection, id }: InvitationReference): string {
  return `${applicationPath}/communication/${collection}/${id}`;
}

function mac(body: Buffer, signingKey: string): Buffer {
  return createHmac('sha256', signingKey).update('invitation-id\n').update(body).digest().subarray(0, MAC_BYTES);
}

/** Length and text, in hex; 32 hex digits, the usual invitation id, take half their length (the length byte's high bit says so). */
function pack(text: string): string {
  if (HEX_32.test(text)) return hexByte(0x80 | 16) + text;
  return hexByte(text.length) + Buffer.from(text, 'ascii').toString('hex');
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function unpack(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at] ?? 0;
    const end = at + 1 + (head & 0x7f);
    texts.push(bytes.toString((head & 0x80) === 0 ? 'ascii' : 'hex', at + 1, end));
    at = end;
  }
  return texts;
}

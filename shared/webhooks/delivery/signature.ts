import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** What is signed: the very bytes that are sent, at the second of this attempt. */
export interface SignatureInput {
  /** Constant over all attempts, without a full stop: the CloudEvents id. */
  readonly id: string;
  /** Whole seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: Uint8Array;
  /** `whsec_…`, the newest first; two while a rotation overlaps. */
  readonly secrets: readonly string[];
}

/** The three headers of a delivery (Standard Webhooks, "Webhook Headers (Sending Metadata to Consumers)"). */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Signs `id.timestamp.body` with HMAC-SHA256, once with each secret (Standard Webhooks, "Signature scheme",
 * "Zero downtime secret rotation"). Pure.
 */
export function signatureHeaders({ id, timestampSeconds, body, secrets }: SignatureInput): SignatureHeaders {
  const timestamp = String(timestampSeconds);
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', secretBytes(secret));
    return `v1,${hmac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** A new secret of 32 random bytes. */
export function generateSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** Whether a text is a secret as Standard Webhooks has it: `whsec_` and the canonical base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const bytes = secretBytes(text);
  return (
    bytes.length >= MIN_SECRET_BYTES &&
    bytes.length <= MAX_SECRET_BYTES &&
    bytes.toString('base64') === text.slice(PREFIX.length)
  );
}

function secretBytes(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

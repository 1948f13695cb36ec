import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const base64 = '[A-Za-z0-9+/]';
const oneByte = `${base64}[AQgw]==`;
const twoBytes = `${base64}{2}[AEIMQUYcgkosw048]=`;
/** A secret as Standard Webhooks has it: `whsec_` and the canonical base64 of 24 to 64 bytes. */
export const SECRET_PATTERN = new RegExp(
  `^${PREFIX}(${base64}{4}){8,20}(${base64}{4}(${oneByte})?|${oneByte}|${twoBytes})?$`,
);

/** What is signed: the very bytes that are sent, at the second of this attempt. */
interface SignatureInput {
  /** Constant over all attempts, without a full stop: the CloudEvents id. */
  readonly id: string;
  /** Whole seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: Uint8Array;
  /** `whsec_…`, the newest first: the present one and up to four earlier ones that still sign. */
  readonly secrets: readonly string[];
}

/**
 * The three headers of a delivery (Standard Webhooks, "Webhook Headers (Sending Metadata to Consumers)"). Signs
 * `id.timestamp.body` with HMAC-SHA256, once with each secret ("Signature scheme", "Zero downtime secret rotation"). Pure.
 */
export function signatureHeaders({ id, timestampSeconds, body, secrets }: SignatureInput) {
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

/** Whether a text is a secret (SECRET_PATTERN). */
export function isSecret(text: string): boolean {
  return SECRET_PATTERN.test(text);
}

function secretBytes(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

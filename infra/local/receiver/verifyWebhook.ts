import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 5 * 60;

/** Why a delivery must not be believed; `genuine` when it may be. */
export type Verdict =
  'genuine' | 'signature headers missing' | 'timestamp too far from now' | 'signature does not match';

/**
 * Checks a delivery by Standard Webhooks (https://www.standardwebhooks.com, "Signature scheme"). The file depends on
 * nothing else: copy it into a receiver of your own.
 *
 * `body` must be the bytes as they came, before any JSON parsing. `secret` is the subscription's, `whsec_` and base64.
 * A genuine delivery may still come twice: its `webhook-id` stays the same, so remember those.
 */
export function verifyWebhook(
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
  nowMs: number = Date.now(),
): Verdict {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string')
    return 'signature headers missing';
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    return 'timestamp too far from now';

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is being rotated there are two signatures; one that matches is enough.
  const matches = signatures.split(' ').some((signature) => {
    const [version, value] = signature.split(',', 2);
    const given = Buffer.from(value ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return matches ? 'genuine' : 'signature does not match';
}

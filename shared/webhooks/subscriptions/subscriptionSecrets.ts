import { z } from 'zod';
import type { SecretCipher } from '../../secretCipher';
import type { Subscription } from './subscription';
import { showUrl } from './url/showUrl';

/** A request with an Idempotency-Key, as hashes; the same request is given the same secret until `untilMs`. */
const keyedRequestSchema = z.strictObject({
  keyHash: z.string(),
  bodyHash: z.string(),
  secret: z.string(),
  untilMs: z.number(),
});
export type KeyedRequest = z.infer<typeof keyedRequestSchema>;

const secretsSchema = z.strictObject({
  url: z.string(),
  /** By name, as it was given. */
  headers: z.record(z.string(), z.string()),
  /** The one that signs first. */
  secret: z.string(),
  /** They sign as well until their `untilMs`; the newest first. */
  earlierSecrets: z.array(z.strictObject({ secret: z.string(), untilMs: z.number() })),
  createdWith: keyedRequestSchema.optional(),
  /** The last rotation that had a key. */
  rotatedWith: keyedRequestSchema.optional(),
});
/** What of a subscription is stored encrypted, as one text. */
export type SubscriptionSecrets = z.infer<typeof secretsSchema>;

export interface DecryptedSubscription extends SubscriptionSecrets {
  /** Those that sign at this moment, the newest first. */
  readonly secrets: readonly [string, ...string[]];
}

/**
 * Decrypts a subscription; its `earlierSecrets` are those that sign at this moment. Errors: `settingsInvalid` when
 * `RELAY_ENCRYPTION_KEY` lacks the key that encrypted it; `internal` when it was altered.
 */
export type DecryptSubscription = (subscription: Subscription, nowMs: number) => DecryptedSubscription;

/** Each stored subscription is decrypted once, not for each of its deliveries. */
export function createDecryptSubscription({ decryptSecret }: Pick<SecretCipher, 'decryptSecret'>): DecryptSubscription {
  const known = new WeakMap<Subscription, SubscriptionSecrets>();
  return (subscription, nowMs) => {
    const { encrypted, id } = subscription;
    const decrypted = known.get(subscription) ?? secretsSchema.parse(JSON.parse(decryptSecret(encrypted, id)));
    known.set(subscription, decrypted);
    const earlierSecrets = decrypted.earlierSecrets.filter(({ untilMs }) => nowMs < untilMs);
    return { ...decrypted, earlierSecrets, secrets: [decrypted.secret, ...earlierSecrets.map((one) => one.secret)] };
  };
}

/** The stored form of a subscription's secrets, with what of them may be shown. Error: `settingsInvalid` without a key. */
export function encryptSubscription(
  { encryptSecret }: Pick<SecretCipher, 'encryptSecret'>,
  id: string,
  { url, headers, secret, earlierSecrets, createdWith, rotatedWith }: SubscriptionSecrets,
): Pick<Subscription, 'encrypted' | 'shownUrl' | 'headerNames' | 'earlierSecretsUntilMs'> {
  const text = JSON.stringify({ url, headers, secret, earlierSecrets, createdWith, rotatedWith });
  return {
    encrypted: encryptSecret(text, id),
    shownUrl: showUrl(url),
    headerNames: Object.keys(headers),
    earlierSecretsUntilMs: earlierSecrets.map(({ untilMs }) => untilMs),
  };
}

/** The subscription encrypted under the first key of the setting; undefined where it is so already. Errors: as decryptSecret. */
export function reencryptSubscription(subscription: Subscription, cipher: SecretCipher): Subscription | undefined {
  const { encrypted, id } = subscription;
  if (cipher.isCurrent(encrypted)) return undefined;
  return { ...subscription, encrypted: cipher.encryptSecret(cipher.decryptSecret(encrypted, id), id) };
}

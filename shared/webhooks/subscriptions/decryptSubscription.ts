import type { SecretCipher } from '../../secretCipher';
import type { Subscription } from './subscription';

/** What of a subscription is stored encrypted. */
export interface DecryptedSubscription {
  readonly url: string;
  /** By name, as it was given. */
  readonly headers: Readonly<Record<string, string>>;
  /** Those that sign at this moment, the newest first. */
  readonly secrets: readonly [string, ...string[]];
}

/**
 * Decrypts URL, headers and secrets of a subscription. Errors: `settingsInvalid` when `RELAY_ENCRYPTION_KEY` lacks the
 * key that encrypted them; `internal` when they were altered.
 */
export type DecryptSubscription = (subscription: Subscription, nowMs: number) => DecryptedSubscription;

/** The context in which a field of a subscription is encrypted: what is moved to another row or field is not decrypted. */
export const encryptionContext = {
  url: (id: string) => `${id}/url`,
  header: (id: string, name: string) => `${id}/headers/${name}`,
  secret: (id: string) => `${id}/secret`,
} as const;

/** Each stored subscription is decrypted once, not for each of its deliveries. */
export function createDecryptSubscription({ decryptSecret }: Pick<SecretCipher, 'decryptSecret'>): DecryptSubscription {
  const known = new WeakMap<Subscription, ReturnType<typeof decrypt>>();

  const decrypt = (
    { id, encryptedUrl, encryptedHeaders, encryptedSecret, earlierSecrets }: Subscription,
    nowMs: number,
  ) => ({
    url: decryptSecret(encryptedUrl, encryptionContext.url(id)),
    headers: Object.fromEntries(
      Object.entries(encryptedHeaders).map(([name, value]) => [
        name,
        decryptSecret(value, encryptionContext.header(id, name)),
      ]),
    ),
    secret: decryptSecret(encryptedSecret, encryptionContext.secret(id)),
    earlier: earlierSecrets
      .filter(({ untilMs }) => nowMs < untilMs)
      .map(({ encrypted, untilMs }) => ({ secret: decryptSecret(encrypted, encryptionContext.secret(id)), untilMs })),
  });

  return (subscription, nowMs) => {
    const decrypted = known.get(subscription) ?? decrypt(subscription, nowMs);
    known.set(subscription, decrypted);
    const earlier = decrypted.earlier.filter(({ untilMs }) => nowMs < untilMs).map(({ secret }) => secret);
    return { url: decrypted.url, headers: decrypted.headers, secrets: [decrypted.secret, ...earlier] };
  };
}

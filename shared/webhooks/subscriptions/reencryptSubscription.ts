import { isDeepStrictEqual } from 'node:util';
import type { SecretCipher } from '../../secretCipher';
import { encryptionContext } from './decryptSubscription';
import type { KeyedRequest, Subscription } from './subscription';

/**
 * The subscription with everything that is encrypted under the first key of `RELAY_ENCRYPTION_KEY`; undefined where all is so
 * already. Errors: as decryptSecret.
 */
export function reencryptSubscription(subscription: Subscription, cipher: SecretCipher): Subscription | undefined {
  const { id, encryptedUrl, encryptedHeaders, encryptedSecret, earlierSecrets, createdWith, rotatedWith } =
    subscription;
  const anew = (encrypted: string, context: string): string => {
    if (cipher.isCurrent(encrypted)) return encrypted;
    return cipher.encryptSecret(cipher.decryptSecret(encrypted, context), context);
  };
  const secret = (encrypted: string): string => anew(encrypted, encryptionContext.secret(id));
  const keyed = (request: KeyedRequest): KeyedRequest => ({
    ...request,
    encryptedSecret: secret(request.encryptedSecret),
  });
  const now: Subscription = {
    ...subscription,
    encryptedUrl: anew(encryptedUrl, encryptionContext.url(id)),
    encryptedHeaders: Object.fromEntries(
      Object.entries(encryptedHeaders).map(([name, value]) => [name, anew(value, encryptionContext.header(id, name))]),
    ),
    encryptedSecret: secret(encryptedSecret),
    earlierSecrets: earlierSecrets.map(({ encrypted, untilMs }) => ({ encrypted: secret(encrypted), untilMs })),
    ...(createdWith === undefined ? {} : { createdWith: keyed(createdWith) }),
    ...(rotatedWith === undefined ? {} : { rotatedWith: keyed(rotatedWith) }),
  };
  return isDeepStrictEqual(now, subscription) ? undefined : now;
}

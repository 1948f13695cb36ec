import type { SecretCipher } from '../../secretCipher';
import { encryptionContext } from './decryptSubscription';
import { showUrl } from './url/showUrl';
import type { Subscription } from './subscription';

type Encrypt = Pick<SecretCipher, 'encryptSecret'>;

/** The stored form of a subscription's URL. Error: `settingsInvalid` without `RELAY_ENCRYPTION_KEY`. */
export function encryptUrl(
  { encryptSecret }: Encrypt,
  id: string,
  url: string,
): Pick<Subscription, 'encryptedUrl' | 'shownUrl'> {
  return { encryptedUrl: encryptSecret(url, encryptionContext.url(id)), shownUrl: showUrl(url) };
}

/** The stored form of a subscription's headers. Error: as encryptUrl. */
export function encryptHeaders(
  { encryptSecret }: Encrypt,
  id: string,
  headers: Readonly<Record<string, string>>,
): Subscription['encryptedHeaders'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, encryptSecret(value, encryptionContext.header(id, name))]),
  );
}

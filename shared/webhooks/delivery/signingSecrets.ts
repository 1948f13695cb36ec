import type { SecretCipher } from '../../secretCipher';
import type { Subscription } from '../subscriptions/subscription';

/** The secrets that sign for a subscription at this moment, the newest first: two while a rotation overlaps. */
export function signingSecrets(
  { id, encryptedSecret, previousSecret }: Subscription,
  secretCipher: Pick<SecretCipher, 'decryptSecret'>,
  nowMs: number,
): string[] {
  const current = secretCipher.decryptSecret(encryptedSecret, id);
  return previousSecret === undefined || nowMs >= previousSecret.untilMs
    ? [current]
    : [current, secretCipher.decryptSecret(previousSecret.encrypted, id)];
}

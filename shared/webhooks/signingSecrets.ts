import type { SecretBox } from './secretBox';
import type { Subscription } from './subscription';

/** The secrets that sign for a subscription at this moment, the newest first: two while a rotation overlaps. */
export function signingSecrets(
  { id, sealedSecret, previousSecret }: Subscription,
  secretBox: Pick<SecretBox, 'open'>,
  nowMs: number,
): string[] {
  const current = secretBox.open(sealedSecret, id);
  return previousSecret === undefined || nowMs >= previousSecret.untilMs
    ? [current]
    : [current, secretBox.open(previousSecret.sealed, id)];
}

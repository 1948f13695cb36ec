import type { SecretCipher } from '../secretCipher';
import { passwordContext, type AccountTable } from './accountRecord';

const MOST_TRIES = 5;

/**
 * Encrypts the account's password under the first key of `RELAY_ENCRYPTION_KEY`; whether that was to be done. The account stays
 * connected: nothing of it has changed. Errors: as decryptSecret; `storageUnavailable`.
 */
export async function reencryptAccount(
  sipUri: string,
  table: Pick<AccountTable, 'find' | 'write'>,
  cipher: SecretCipher,
): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const found = await table.find(sipUri);
    if (found === undefined || cipher.isCurrent(found.record.encryptedPassword)) return false;
    const context = passwordContext(found.record.sipUri);
    const password = cipher.decryptSecret(found.record.encryptedPassword, context);
    const record = { ...found.record, encryptedPassword: cipher.encryptSecret(password, context) };
    if (await table.write(record, found.etag)) return true;
  }
  return false;
}

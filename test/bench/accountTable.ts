import { passwordContext } from '../../shared/accounts/accountRecord';
import { createSecretCipher } from '../../shared/secretCipher';
import { createAccountTable } from '../../shared/storage/accountTable';
import { createTables } from '../../shared/storage/tables';
import { silentLog } from '../../shared/telemetry/log';
import { sipOf } from './world';

/** `RELAY_ENCRYPTION_KEY` of a relay whose accounts putAccounts has written. */
export const benchEncryptionKey = Buffer.alloc(32, 'k').toString('base64');

const AT_ONCE = 32;

/** Puts these users into the table of accounts, as the API would. */
export async function putAccounts(connectionString: string, usernames: readonly string[]): Promise<void> {
  const table = createAccountTable(
    createTables({ connectionString }, () => {
      throw new Error('A connection string needs no credential.');
    }),
    silentLog,
  );
  const cipher = createSecretCipher(benchEncryptionKey);
  const waiting = usernames.values();
  const put = async (): Promise<void> => {
    for (const username of waiting) {
      const sipUri = sipOf(username);
      await table.write(
        {
          sipUri,
          enabled: true,
          options: {
            username,
            modalities: ['Audio', 'Video', 'PhoneAudio'],
            reportActivity: true,
            ringSeconds: 30,
          },
          encryptedPassword: cipher.encryptSecret('password', passwordContext(sipUri)),
          passwordSetAtMs: Date.now(),
          changedAtMs: Date.now(),
          changedBy: 'bench',
        },
        undefined,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, put));
}

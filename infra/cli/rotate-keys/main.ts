import { systemClock } from '../../../shared/clock';
import type { Connection } from '../../../shared/config/settings';
import { credentialFor } from '../../../shared/identity';
import { createSecretCipher } from '../../../shared/secretCipher';
import { createAccountTable } from '../../../shared/storage/accountTable';
import { createSubscriptionStore } from '../../../shared/storage/subscriptionStore';
import { createTables } from '../../../shared/storage/tables';
import { silentLog } from '../../../shared/telemetry/log';
import { localKeys } from '../../local/start/localKeys';
import { misused, readCommandLine } from '../../local/start/commandLine';
import { readGivenSettings, type GivenSettings } from '../../local/start/givenSettings';
import { createTerminal } from '../../local/start/print/terminal';
import { readRunningStack } from '../../local/start/stackFile';
import { rotateKeys } from './rotateKeys';

const HELP = `Encrypts the passwords of the accounts, and the secrets of the webhooks, under the first key of RELAY_ENCRYPTION_KEY, so
that the keys behind it can be taken away. Put the new key in front first, and see that every process has it. Accounts stay
connected, webhooks keep their secrets. It may be stopped and run again.

  npm run rotate-keys

RELAY_ENCRYPTION_KEY (new,old) and AzureWebJobsStorage, or AzureWebJobsStorage__accountName with whatever identity this machine
is signed in with (role Storage Table Data Contributor), in the environment or in local.settings.json; else those of the
local stack which runs here.
Ends with code 0, 1 when something could not be decrypted or written, 2 when it was called wrongly.`;

async function main(): Promise<number> {
  readCommandLine(HELP, {});
  const given = await readGivenSettings(process.cwd(), process.env);
  const connection = await findStorage(given);
  const key = given['RELAY_ENCRYPTION_KEY'] ?? (await localKeys(process.cwd())).encryptionKey;
  const tables = createTables(connection, () => credentialFor(connection));
  const { accounts, subscriptions, failed } = await rotateKeys({
    table: createAccountTable(tables, silentLog),
    subscriptions: createSubscriptionStore(tables, systemClock, silentLog),
    cipher: createSecretCipher(key),
  });
  const terminal = createTerminal(process.stdout, process.env);
  for (const { what, reason } of failed) terminal.line(`${terminal.bad(what)}  ${reason}`);
  terminal.line(`${accounts} accounts and ${subscriptions} webhooks were encrypted anew.`);
  if (failed.length > 0) terminal.line(`${failed.length} were not: keep every key until they are.`);
  else terminal.line(terminal.good('All is under the first key: those behind it can be taken away.'));
  return failed.length === 0 ? 0 : 1;
}

async function findStorage(given: GivenSettings): Promise<Connection> {
  const { AzureWebJobsStorage: connectionString, AzureWebJobsStorage__accountName: name } = given;
  if (connectionString !== undefined || name !== undefined) {
    if (given['RELAY_ENCRYPTION_KEY'] === undefined)
      misused('RELAY_ENCRYPTION_KEY is not set: the new key, then the old ones.');
    return connectionString === undefined
      ? { name: name ?? '', clientId: given['AzureWebJobsStorage__clientId'] }
      : { connectionString };
  }
  const stack = await readRunningStack(process.cwd());
  return stack?.storageConnection === undefined
    ? misused('Neither AzureWebJobsStorage nor AzureWebJobsStorage__accountName is set, and no local stack runs here.')
    : { connectionString: stack.storageConnection };
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);

import { randomUUID } from 'node:crypto';
import { createAccountRegistry, type AccountRegistry } from '../accounts/accountRegistry';
import { createManageAccounts, type ManageAccounts } from '../accounts/manageAccounts';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import { createSecretCipher } from '../secretCipher';
import { createAccountAudit } from '../storage/accountAudit';
import { createAccountTable } from '../storage/accountTable';
import type { Tables } from '../storage/tables';
import type { Log } from '../telemetry/log';

export interface Accounts {
  readonly accounts: AccountRegistry;
  readonly manageAccounts: ManageAccounts;
}

/** The accounts of the setting and of the table, and what changes those of the table. */
export function createAccounts(
  { accounts: setting, discoveryUrl, encryptionKey }: Settings,
  tables: Tables,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Accounts {
  const table = createAccountTable(tables, log);
  const cipher = createSecretCipher(encryptionKey);
  return {
    accounts: createAccountRegistry({ table, setting, discoveryUrl, cipher, clock, log }),
    manageAccounts: createManageAccounts({
      table,
      cipher,
      audit: createAccountAudit(tables),
      newId: randomUUID,
      clock,
      log,
    }),
  };
}

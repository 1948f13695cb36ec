import type { AccountRecord, AccountTable } from '../../shared/accounts/accountRecord';
import { createAccountRegistry, type AccountRegistry } from '../../shared/accounts/accountRegistry';
import type { Clock } from '../../shared/clock';
import type { AccountSettings } from '../../shared/config/settings';
import { slotOf } from '../../shared/relay/slots';
import { createSecretCipher } from '../../shared/secretCipher';
import { silentLog } from '../../shared/telemetry/log';
import { createFakeClock } from './fakeClock';

/** The table of accounts in memory, by the same rules as the real one (held to them by the contract suite). */
export function createMemoryAccountTable(): AccountTable & { readonly rows: ReadonlyMap<string, AccountRecord> } {
  const rows = new Map<string, AccountRecord>();
  const etags = new Map<string, string>();
  const versions = new Map<number, string>();
  let version = 0;
  const next = (): string => String(++version);
  const keyOf = (sipUri: string): string => sipUri.toLowerCase();
  const touch = (sipUri: string): Promise<void> => {
    versions.set(slotOf(sipUri), next());
    return Promise.resolve();
  };
  return {
    rows,
    versions: () => Promise.resolve(new Map(versions)),
    readSlot: (slot) => Promise.resolve([...rows.values()].filter(({ sipUri }) => slotOf(sipUri) === slot)),
    find(sipUri) {
      const record = rows.get(keyOf(sipUri));
      return Promise.resolve(record === undefined ? undefined : { record, etag: etags.get(keyOf(sipUri)) ?? '' });
    },
    async write(record, etag) {
      const key = keyOf(record.sipUri);
      if (etags.get(key) !== etag) return false;
      rows.set(key, record);
      etags.set(key, next());
      await touch(record.sipUri);
      return true;
    },
    touch,
    async remove(sipUri) {
      rows.delete(keyOf(sipUri));
      etags.delete(keyOf(sipUri));
      await touch(sipUri);
    },
  };
}

/** The accounts of a relay that has these in its setting, and none in the table unless one is given. */
export function registryOf(
  setting: readonly AccountSettings[],
  {
    table = createMemoryAccountTable(),
    clock = createFakeClock(),
    encryptionKey,
  }: { readonly table?: AccountTable; readonly clock?: Clock; readonly encryptionKey?: string } = {},
): AccountRegistry {
  return createAccountRegistry({
    table,
    setting,
    discoveryUrl: undefined,
    cipher: createSecretCipher(encryptionKey),
    clock,
    log: silentLog,
  });
}

/** What `/health` needs to know of accounts. */
export function listOf(...sipUris: readonly string[]) {
  return {
    list: () =>
      Promise.resolve(sipUris.map((sipUri) => ({ account: { sipUri }, enabled: true, isAlsoInSetting: false }))),
  };
}

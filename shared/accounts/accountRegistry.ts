import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock';
import type { AccountSettings } from '../config/settings';
import { toRelayError, type RelayError } from '../errors/relayError';
import { accountKey } from '../invitations/invitationId';
import type { AccountSource } from '../relay/accountSource';
import { slotOf, slotOfKey } from '../relay/slots';
import type { SecretCipher } from '../secretCipher';
import type { Log } from '../telemetry/log';
import { withDeadline } from '../withDeadline';
import { passwordContext, type AccountRecord, type AccountTable } from './accountRecord';

/** An account of this relay, from the table or the setting. The same object as long as nothing of it changes. */
export interface KnownAccount {
  /** Its password is empty where it cannot be decrypted. */
  readonly account: AccountSettings;
  readonly source: 'table' | 'setting';
  readonly enabled: boolean;
  /** Whether the setting has it too; the table's counts. */
  readonly isAlsoInSetting: boolean;
  /** Why its password cannot be decrypted. */
  readonly problem?: RelayError | undefined;
}

/** All accounts of this relay. Errors: `storageUnavailable`. */
export interface AccountRegistry extends AccountSource {
  /** The slots that have accounts, or had some, in order; at most some seconds old. */
  freshSlots(): Promise<readonly number[]>;
  /** The slot's accounts, disabled ones too, by their keys; at most some seconds old. */
  listSlot(slot: number): Promise<readonly KnownAccount[]>;
  /** All of them; at most some seconds old. */
  list(): Promise<readonly KnownAccount[]>;
  /** @param key see accountKey. At most some seconds old. */
  find(key: string): Promise<KnownAccount | undefined>;
  /** The account of a record that was just written. */
  toKnown(record: AccountRecord): KnownAccount;
  /** To be called after a change: what is known, or being read, may be older than it. */
  invalidate(): void;
}

export interface AccountRegistryPorts {
  readonly table: Pick<AccountTable, 'versions' | 'readSlot'>;
  /** Those of `UCWA_ACCOUNTS`. */
  readonly setting: readonly AccountSettings[];
  /** For accounts that name no root of discovery. */
  readonly discoveryUrl: string | undefined;
  readonly cipher: Pick<SecretCipher, 'decryptSecret'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface KnownSlot {
  readonly version: string;
  readonly accounts: readonly KnownAccount[];
  /** Those of them that are enabled. */
  readonly polled: readonly KnownAccount[];
}

/** What is known is good for this long, for those who ask in between two heartbeats. */
const FRESH_MS = 3_000;
const NOTHING: KnownSlot = { version: '', accounts: [], polled: [] };

/**
 * The accounts of the table and of the setting as one list; where both hold the same account, the table's counts. A slot's
 * accounts are read when they are first asked for, and again when its version has changed. One a process.
 */
export function createAccountRegistry(ports: AccountRegistryPorts): AccountRegistry {
  return new Registry(ports);
}

class Registry implements AccountRegistry {
  readonly #setting = new Map<number, Map<string, KnownAccount>>();
  readonly #slots = new Map<number, KnownSlot>();
  readonly #reading = new Map<number, Promise<KnownSlot>>();
  #versions: ReadonlyMap<number, string> | undefined;
  #readAtMs = -Infinity;
  #refreshing: Promise<void> | undefined;

  constructor(private readonly ports: AccountRegistryPorts) {
    for (const account of ports.setting) {
      const slot = slotOf(account.sipUri);
      const known = this.#setting.get(slot) ?? new Map<string, KnownAccount>();
      known.set(accountKey(account.sipUri), { account, source: 'setting', enabled: true, isAlsoInSetting: false });
      this.#setting.set(slot, known);
    }
  }

  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    const { table, clock } = this.ports;
    const readAtMs = clock.monotonicMs();
    const own: Promise<void> = table
      .versions()
      .then((versions) => {
        if (this.#refreshing !== own) return;
        this.#versions = versions;
        this.#readAtMs = readAtMs;
      })
      .finally(() => {
        if (this.#refreshing === own) this.#refreshing = undefined;
      });
    return (this.#refreshing = own);
  }

  toKnown(record: AccountRecord): KnownAccount {
    const { sipUri, enabled, options, passwordSetAtMs, encryptedPassword } = record;
    const isAlsoInSetting = this.#setting.get(slotOf(sipUri))?.has(accountKey(sipUri)) === true;
    const settings = (password: string): AccountSettings => ({
      sipUri,
      ...options,
      password,
      passwordSetAtMs,
      discoveryUrl: options.discoveryUrl ?? this.ports.discoveryUrl,
      signInAs: options.signInAs,
    });
    const known = { source: 'table', enabled, isAlsoInSetting } as const;
    try {
      const password = this.ports.cipher.decryptSecret(encryptedPassword, passwordContext(sipUri));
      return { account: settings(password), ...known };
    } catch (error) {
      return { account: settings(''), problem: toRelayError(error), ...known };
    }
  }

  invalidate(): void {
    this.#refreshing = undefined;
    this.#readAtMs = -Infinity;
  }

  slots(): ReadonlySet<number> {
    return new Set([...this.#setting.keys(), ...(this.#versions?.keys() ?? [])]);
  }

  async ofSlot(slot: number): Promise<readonly KnownAccount[]> {
    return (await this.#current(slot)).polled;
  }

  async freshSlots(): Promise<readonly number[]> {
    await this.#freshen();
    return [...this.slots()].sort((one, other) => one - other);
  }

  async listSlot(slot: number): Promise<readonly KnownAccount[]> {
    await this.#freshen();
    return (await this.#current(slot)).accounts;
  }

  async list(): Promise<readonly KnownAccount[]> {
    await this.#freshen();
    const slots = await Promise.all([...this.slots()].map((slot) => this.#current(slot)));
    return slots.flatMap(({ accounts }) => accounts);
  }

  async find(key: string): Promise<KnownAccount | undefined> {
    await this.#freshen();
    const { accounts } = await this.#current(slotOfKey(key));
    return accounts.find(({ account }) => accountKey(account.sipUri) === key);
  }

  /** A storage account that is down leaves what is known as it is. */
  async #freshen(): Promise<void> {
    const { clock, log } = this.ports;
    if (clock.monotonicMs() - this.#readAtMs < FRESH_MS) return;
    try {
      await withDeadline(clock, this.refresh());
    } catch (error) {
      if (this.#versions === undefined) throw error;
      log.warn('accountsStale', { ageMs: clock.monotonicMs() - this.#readAtMs, error: toRelayError(error).code });
    }
  }

  async #current(slot: number): Promise<KnownSlot> {
    while (this.#versions === undefined) await this.refresh();
    for (;;) {
      const known = this.#slots.get(slot);
      if (known !== undefined && known.version === (this.#versions.get(slot) ?? '')) return known;
      // One reader: the same account must not be two objects.
      const reading = this.#reading.get(slot) ?? this.#read(slot).finally(() => this.#reading.delete(slot));
      this.#reading.set(slot, reading);
      await reading;
    }
  }

  async #read(slot: number): Promise<KnownSlot> {
    // The version is older than what is read, never newer: a change in between is read once more.
    const version = this.#versions?.get(slot) ?? '';
    const records = version === '' ? [] : await this.ports.table.readSlot(slot);
    const before = this.#slots.get(slot) ?? NOTHING;
    const known = new Map(before.accounts.map((one) => [accountKey(one.account.sipUri), one]));
    const merged = new Map(this.#setting.get(slot));
    for (const record of records) merged.set(accountKey(record.sipUri), this.toKnown(record));
    const accounts = [...merged]
      .map(([key, now]) => unchanged(known.get(key), now))
      .sort((one, other) => (accountKey(one.account.sipUri) < accountKey(other.account.sipUri) ? -1 : 1));
    const isSame =
      accounts.length === before.accounts.length && accounts.every((one, at) => one === before.accounts[at]);
    const now: KnownSlot = isSame
      ? { ...before, version }
      : { version, accounts, polled: accounts.filter(({ enabled }) => enabled) };
    this.#slots.set(slot, now);
    return now;
  }
}

/** The object that is known already, where nothing of it has changed. */
function unchanged(before: KnownAccount | undefined, now: KnownAccount): KnownAccount {
  if (before === undefined) return now;
  const comparable = ({ problem, ...rest }: KnownAccount) => ({ ...rest, problem: problem?.message });
  return isDeepStrictEqual(comparable(before), comparable(now)) ? before : now;
}

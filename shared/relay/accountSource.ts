import type { AccountSettings } from '../config/settings';
import type { RelayError } from '../errors/relayError';

/** An account that is to be polled. The same object as long as nothing of it changes. */
export interface PolledAccount {
  readonly account: AccountSettings;
  /** Why it cannot sign in, whatever the pool says: its password cannot be decrypted. */
  readonly problem?: RelayError | undefined;
}

/** Which accounts are to be polled, as it stands now. */
export interface AccountSource {
  /** Reads which slots' accounts have changed: one read, whatever their number. Errors: `storageUnavailable`. */
  refresh(): Promise<void>;
  /** The slots that have accounts, or had some, as of the last refresh. */
  slots(): ReadonlySet<number>;
  /**
   * The slot's accounts that are to be polled, as of the last refresh; read where they have changed, the same array while they
   * have not. Errors: `storageUnavailable`.
   */
  ofSlot(slot: number): Promise<readonly PolledAccount[]>;
}

import { z } from 'zod';
import { accountOptions, sipUriSchema } from '../config/accounts';

const { password: _password, ...options } = accountOptions;

/** What an account is given beside its address and password. */
export const storedOptionsSchema = z.strictObject(options);

/** An account as table `accounts` keeps it: in plain text but for its password. */
export const accountRecordSchema = z.object({
  sipUri: sipUriSchema,
  /** False: it is known, and neither signed in nor polled. */
  enabled: z.boolean(),
  options: storedOptionsSchema,
  /** From `encryptSecret`, for the account alone. */
  encryptedPassword: z.string(),
  passwordSetAtMs: z.number(),
  changedAtMs: z.number(),
  /** The caller's name, as the audit has it. */
  changedBy: z.string(),
});
export type AccountRecord = z.infer<typeof accountRecordSchema>;

/** What the password is encrypted for: its text cannot be decrypted as that of another account. */
export function passwordContext(sipUri: string): string {
  return `account ${sipUri.toLowerCase()}`;
}

/** The table of accounts. Errors: `storageUnavailable`. */
export interface AccountTable {
  /**
   * A text for each slot that has or had accounts, which changes with every change of one of them. One read, whatever
   * their number.
   */
  versions(): Promise<ReadonlyMap<number, string>>;
  readSlot(slot: number): Promise<readonly AccountRecord[]>;
  find(sipUri: string): Promise<{ readonly record: AccountRecord; readonly etag: string } | undefined>;
  /**
   * Writes the account, then its slot's version. False when the account was changed by another since it was found.
   * @param etag of the record that was found; undefined: there was none.
   */
  write(record: AccountRecord, etag: string | undefined): Promise<boolean>;
  /** Has every process read the account's slot again. */
  touch(sipUri: string): Promise<void>;
  /** Removes the account; one that is not there is as good as removed. */
  remove(sipUri: string): Promise<void>;
}

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock';
import { parseOrExplain } from '../errors/parseOrExplain';
import { RelayError } from '../errors/relayError';
import { compact } from '../invitations/compact';
import type { SecretCipher } from '../secretCipher';
import type { Log } from '../telemetry/log';
import type { AccountAudit, AccountAuditEntry } from './accountAudit';
import { passwordContext, storedOptionsSchema, type AccountRecord, type AccountTable } from './accountRecord';
import {
  accountChangeSchema,
  accountPathSchema,
  accountRequestSchema,
  type AccountChange,
  type AccountRequest,
} from './accountRequest';

/** Who asks for a change, as the audit names them. */
export type AccountCaller = Pick<AccountAuditEntry, 'authentication'> & { readonly name: string };

/** Changes to the table of accounts. Each is recorded before it is made. Errors: `requestInvalid`, `storageUnavailable`. */
export interface ManageAccounts {
  /** Adds the account or replaces it as a whole; the same again changes nothing. Error: `settingsInvalid` without an encryption key. */
  put(
    sipUri: string,
    body: unknown,
    caller: AccountCaller,
  ): Promise<{ readonly isNew: boolean; readonly record: AccountRecord }>;
  /**
   * Changes what the body names. A password that is named is tried again, also one that was rejected before.
   * Errors: `notFound`; `settingsInvalid` without the encryption key.
   */
  change(sipUri: string, body: unknown, caller: AccountCaller): Promise<AccountRecord>;
  /** Removes the account and its password; one that is not there is as good as removed. */
  remove(sipUri: string, caller: AccountCaller): Promise<void>;
}

export interface ManageAccountsPorts {
  readonly table: Pick<AccountTable, 'find' | 'write' | 'touch' | 'remove'>;
  readonly cipher: SecretCipher;
  readonly audit: AccountAudit;
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Two callers who change the same account at once make one of them read again. */
const MOST_ROUNDS = 5;

export function createManageAccounts(ports: ManageAccountsPorts): ManageAccounts {
  return {
    async put(path, body, caller) {
      const request = parseOrExplain(body, accountRequestSchema);
      return putAccount(addressOf(path), request, caller, ports);
    },
    async change(path, body, caller) {
      const change = parseOrExplain(body, accountChangeSchema);
      return changeAccount(addressOf(path), change, caller, ports);
    },
    async remove(path, caller) {
      const sipUri = addressOf(path);
      const found = await ports.table.find(sipUri);
      if (found !== undefined) await record('removed', found.record.sipUri, [], caller, ports);
      await ports.table.remove(sipUri);
    },
  };
}

function addressOf(path: string): string {
  return parseOrExplain({ sipUri: path }, accountPathSchema, 'The path').sipUri;
}

function putAccount(path: string, request: AccountRequest, caller: AccountCaller, ports: ManageAccountsPorts) {
  const { table, cipher, clock } = ports;
  const { password, enabled, ...options } = request;
  return untilWritten(async () => {
    const found = await table.find(path);
    const before = found?.record;
    const sipUri = before?.sipUri ?? path;
    // The password that was there stays as it is encrypted, so that the account is not signed in anew.
    const isSame = before !== undefined && isPassword(before, password, cipher);
    const now: AccountRecord = {
      sipUri,
      enabled,
      options: storedOptionsSchema.parse(compact(options)),
      ...(isSame
        ? { encryptedPassword: before.encryptedPassword, passwordSetAtMs: before.passwordSetAtMs }
        : toPassword(sipUri, password, before, ports)),
      changedAtMs: clock.now(),
      changedBy: caller.name,
    };
    const isWritten = await write(before === undefined ? 'added' : 'changed', now, found, caller, ports);
    return isWritten ? { isNew: before === undefined, record: now } : undefined;
  });
}

function changeAccount(path: string, change: AccountChange, caller: AccountCaller, ports: ManageAccountsPorts) {
  const { table, clock } = ports;
  const { password, enabled, ...options } = change;
  return untilWritten(async () => {
    const found = await table.find(path);
    if (found === undefined) throw notInTable(path);
    const before = found.record;
    const merged = Object.entries({ ...before.options, ...options }).filter(([, value]) => value !== null);
    const now: AccountRecord = {
      ...before,
      enabled: enabled ?? before.enabled,
      options: storedOptionsSchema.parse(Object.fromEntries(merged)),
      ...(password === undefined ? {} : toPassword(before.sipUri, password, before, ports)),
      changedAtMs: clock.now(),
      changedBy: caller.name,
    };
    return (await write('changed', now, found, caller, ports)) ? now : undefined;
  });
}

/** False where another has changed the account since it was found. */
async function write(
  action: AccountAuditEntry['action'],
  now: AccountRecord,
  found: { readonly record: AccountRecord; readonly etag: string } | undefined,
  caller: AccountCaller,
  ports: ManageAccountsPorts,
): Promise<boolean> {
  const fields = changedFields(found?.record, now);
  if (fields.length === 0) {
    // Where the answer to an earlier try was lost, the pollers may not know of it yet.
    await ports.table.touch(now.sipUri);
    return true;
  }
  await record(action, now.sipUri, fields, caller, ports);
  return ports.table.write(now, found?.etag);
}

function toPassword(
  sipUri: string,
  password: string,
  before: AccountRecord | undefined,
  { cipher, clock }: ManageAccountsPorts,
): Pick<AccountRecord, 'encryptedPassword' | 'passwordSetAtMs'> {
  return {
    encryptedPassword: cipher.encryptSecret(password, passwordContext(sipUri)),
    // Each time another, also where a clock was set back: by it a password that was set again is tried again.
    passwordSetAtMs: Math.max(clock.now(), (before?.passwordSetAtMs ?? 0) + 1),
  };
}

/** False too where the one that is there cannot be decrypted: it is replaced then. */
function isPassword({ sipUri, encryptedPassword }: AccountRecord, password: string, cipher: SecretCipher): boolean {
  try {
    return cipher.decryptSecret(encryptedPassword, passwordContext(sipUri)) === password;
  } catch {
    return false;
  }
}

async function record(
  action: AccountAuditEntry['action'],
  account: string,
  fields: readonly string[],
  { name: caller, authentication }: AccountCaller,
  { audit, newId, clock, log }: ManageAccountsPorts,
): Promise<void> {
  await audit.record({ id: newId(), atMs: clock.now(), account, action, fields, caller, authentication });
  log.info('accountChanged', { account, action, fields: fields.join(), caller });
}

/** Names of what is another; all that is given for a new account. */
function changedFields(before: AccountRecord | undefined, now: AccountRecord): string[] {
  const parts = (one: AccountRecord | undefined): Record<string, unknown> =>
    one === undefined ? {} : { password: one.passwordSetAtMs, enabled: one.enabled, ...one.options };
  const [old, given] = [parts(before), parts(now)];
  return [...new Set([...Object.keys(old), ...Object.keys(given)])].filter(
    (name) => !isDeepStrictEqual(old[name], given[name]),
  );
}

async function untilWritten<Result>(write: () => Promise<Result | undefined>): Promise<Result> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const result = await write();
    if (result !== undefined) return result;
  }
  throw new RelayError('storageUnavailable', 'The account is being changed by others at the same time. Try again.');
}

function notInTable(sipUri: string): RelayError {
  return new RelayError(
    'notFound',
    `The table has no account ${sipUri}. Add it with PUT; an account of UCWA_ACCOUNTS is changed there, or ` +
      `brought into the table with PUT.`,
  );
}

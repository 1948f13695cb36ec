import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { AccountSettings } from '../config/settings';
import { RelayError } from '../errors/relayError';
import type { RejectedCredentials } from './session';

/** A rejected password is tried again after this, once: a directory that counts failures over minutes never locks the account. */
const RETRY_AFTER_MS = 3_600_000;

export interface PasswordGuardPorts {
  readonly account: AccountSettings;
  readonly rejectedCredentials: RejectedCredentials;
  readonly clock: Clock;
}

/**
 * Lets the account's password be tried by `attempt`, unless it is known, over all processes, to have been rejected
 * within the last hour; another password is tried at once. `attempt` resolves with `rejected` when the server says that
 * the password is wrong. Errors: `credentialsRejected`, naming the account and what to do; `storageUnavailable` (the
 * password is not tried then); what `attempt` rejects with.
 */
export async function guardPassword<Answer>(ports: PasswordGuardPorts, attempt: () => Promise<Answer | 'rejected'>): Promise<Answer> {
  const { account, rejectedCredentials, clock } = ports;
  const fingerprint = fingerprintOf(account);
  const known = await rejectedCredentials.read(account.sipUri);
  if (known?.fingerprint === fingerprint) {
    if (clock.now() < known.atMs + RETRY_AFTER_MS) throw credentialsRejected(account, known.atMs + RETRY_AFTER_MS, clock);
    // Said before the try, so that no other process makes the hour's try as well.
    await rejectedCredentials.record(account.sipUri, { fingerprint, atMs: clock.now() });
  }
  const answer = await attempt();
  if (answer === 'rejected') {
    await rejectedCredentials.record(account.sipUri, { fingerprint, atMs: clock.now() });
    throw credentialsRejected(account, clock.now() + RETRY_AFTER_MS, clock);
  }
  if (known !== undefined) await rejectedCredentials.clear(account.sipUri);
  return answer;
}

/** Thirty-two bits, salted with the account: enough to notice a changed password, too few to confirm a guess. */
function fingerprintOf({ sipUri, username, password }: AccountSettings): string {
  return createHash('sha256').update(JSON.stringify([sipUri.toLowerCase(), username, password])).digest('hex').slice(0, 8);
}

function credentialsRejected(account: AccountSettings, againAtMs: number, clock: Clock): RelayError {
  return new RelayError(
    'credentialsRejected',
    `Skype for Business rejected the user name and password of ${account.sipUri}. Correct them in UCWA_ACCOUNTS; ` +
      `so that the account is not locked out, these are not tried again before ${new Date(againAtMs).toISOString()}.`,
    { retryAfterMs: againAtMs - clock.now(), extensions: { account: account.sipUri } },
  );
}

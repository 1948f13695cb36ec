import { createHmac } from 'node:crypto';
import type { Clock } from '../../clock';
import type { AccountSettings } from '../../config/settings';
import { RelayError } from '../../errors/relayError';
import type { PasswordTry, RejectedCredentials } from './rejectedCredentials';
import type { SignInBudget } from './signInBudget';

/** A rejected password is tried again after this, once: a directory that counts failures over minutes never locks the account. */
const RETRY_AFTER_MS = 3_600_000;
/** A process that has not finished a try after this has died; as long as a slot's lease, so that a take-over need not wait for more. */
const TRY_LAPSES_MS = 10_000;
/** While another process tries, its result is read this often. */
const READ_AGAIN_MS = 500;

export interface PasswordGuardPorts {
  readonly account: AccountSettings;
  readonly rejectedCredentials: RejectedCredentials;
  readonly clock: Clock;
  /** The relay's key, so that nobody who reads the mark can try passwords against it. */
  readonly signingKey: string;
  /** Limits how often the password is sent; default: without limit. */
  readonly budget?: SignInBudget | undefined;
}

/** Keeps the account's password from being tried when it is known to be wrong. One a session. */
export class PasswordGuard {
  readonly #ports: PasswordGuardPorts;
  readonly #fingerprint: string;
  /** This process's own memory, for the case that the common one cannot be written. */
  #rejectedAtMs: number | undefined;

  constructor(ports: PasswordGuardPorts) {
    this.#ports = ports;
    this.#fingerprint = fingerprintOf(ports.account, ports.signingKey);
  }

  /**
   * Lets the password be tried by `attempt`, unless it is known, over all processes, to have been rejected within the
   * last hour; another password is tried at once. While another process tries, its answer is waited for. `attempt`
   * resolves with `rejected` when the server says that the password is wrong. Errors: `credentialsRejected`, naming the
   * account and what to do; `storageUnavailable` (the password is not tried then); what `attempt` rejects with.
   */
  async attempt<Answer>(attempt: () => Promise<Answer | 'rejected'>): Promise<Answer> {
    const { account, rejectedCredentials, clock, budget } = this.#ports;
    const claimed = await this.#claim();
    // Not worth failing for: what is left behind only delays the next sign-in with the same password, once.
    const clear = (): Promise<void> => rejectedCredentials.clear(account.sipUri).catch(() => undefined);
    let answer: Answer | 'rejected';
    try {
      budget?.spend();
      answer = await attempt();
    } catch (error) {
      if (claimed === 'trying') await clear();
      throw error;
    }
    if (answer === 'rejected') {
      this.#rejectedAtMs = clock.now();
      await this.#record().catch(() => undefined);
      throw this.#rejection(clock.now());
    }
    this.#rejectedAtMs = undefined;
    await clear();
    return answer;
  }

  /**
   * Returns when the try is this process's, and as what it stands meanwhile: that of a rejected password is a
   * rejection until it turns out well.
   */
  async #claim(): Promise<PasswordTry['state']> {
    const { account, rejectedCredentials, clock } = this.#ports;
    const refuse = (rejectedAtMs: number | undefined): void => {
      if (rejectedAtMs !== undefined && clock.now() < rejectedAtMs + RETRY_AFTER_MS)
        throw this.#rejection(rejectedAtMs);
    };
    refuse(this.#rejectedAtMs);
    for (;;) {
      const nowMs = clock.now();
      const mine = { state: 'trying', fingerprint: this.#fingerprint, atMs: nowMs } as const;
      const standing = await rejectedCredentials.claim(account.sipUri, mine);
      if (standing === undefined) return 'trying';
      const isSame = standing.state === 'rejected' && standing.fingerprint === this.#fingerprint;
      if (isSame) refuse(standing.atMs);
      if (standing.state === 'trying' && nowMs < standing.atMs + TRY_LAPSES_MS) {
        await clock.sleep(READ_AGAIN_MS);
        continue;
      }
      const state = isSame ? 'rejected' : 'trying';
      if (await rejectedCredentials.replace(account.sipUri, { ...mine, state }, standing.etag)) return state;
    }
  }

  #record(): Promise<void> {
    const { account, rejectedCredentials, clock } = this.#ports;
    return rejectedCredentials.record(account.sipUri, { fingerprint: this.#fingerprint, atMs: clock.now() });
  }

  #rejection(rejectedAtMs: number): RelayError {
    const { account, clock } = this.#ports;
    const againAtMs = rejectedAtMs + RETRY_AFTER_MS;
    return new RelayError(
      'credentialsRejected',
      `Skype for Business rejected the user name and password of ${account.sipUri}. Correct them where the account ` +
        `is set (${whereSet(account)}); so that the account is not locked out, these are not tried again before ` +
        `${new Date(againAtMs).toISOString()}.`,
      { retryAfterMs: againAtMs - clock.now(), extensions: { account: account.sipUri } },
    );
  }
}

function whereSet({ sipUri, passwordSetAtMs }: AccountSettings): string {
  return passwordSetAtMs === undefined ? 'UCWA_ACCOUNTS' : `PATCH /accounts/${sipUri}`;
}

/** Enough to notice a changed password, or one that was set again; without the relay's key it tells nothing of it. */
function fingerprintOf({ sipUri, username, password, passwordSetAtMs }: AccountSettings, signingKey: string): string {
  return createHmac('sha256', signingKey)
    .update(JSON.stringify(['rejected password', sipUri.toLowerCase(), username, password, passwordSetAtMs]))
    .digest('hex')
    .slice(0, 16);
}

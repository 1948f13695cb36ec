import type { Clock } from '../../clock';
import { RelayError } from '../../errors/relayError';

/** So often within an hour an account sends its password without having been connected since. */
const MOST_POSTS = 4;
const WINDOW_MS = 3_600_000;
/** An account that was connected for this long works: what ends it then is new. */
const CONNECTED_MS = 60_000;

/**
 * Keeps an account that never gets connected from sending its password again and again: each refusal may count in the
 * directory, and a pool in trouble needs no sign-ins. One a session; by the monotonic clock.
 */
export class SignInBudget {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #posts: number[] = [];
  #connectedSince: number | undefined;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
  }

  connected(): void {
    this.#connectedSince ??= this.#clock.monotonicMs();
  }

  disconnected(): void {
    this.#forgetIfConnected();
    this.#connectedSince = undefined;
  }

  /** Counts a password that is about to be sent. Error: `signInDeferred`, with the time until the next may be. */
  spend(): void {
    this.#forgetIfConnected();
    const now = this.#clock.monotonicMs();
    this.#posts = this.#posts.filter((at) => now - at < WINDOW_MS);
    const [oldest] = this.#posts;
    if (oldest !== undefined && this.#posts.length >= MOST_POSTS) {
      const waitMs = oldest + WINDOW_MS - now;
      throw new RelayError(
        'signInDeferred',
        `The password was sent ${String(MOST_POSTS)} times within the hour and the account was not connected since; ` +
          `it is not sent again before ${new Date(this.#clock.now() + waitMs).toISOString()}.`,
        { retryAfterMs: waitMs },
      );
    }
    this.#posts.push(now);
  }

  #forgetIfConnected(): void {
    if (this.#connectedSince !== undefined && this.#clock.monotonicMs() - this.#connectedSince >= CONNECTED_MS)
      this.#posts = [];
  }
}

import type { Clock } from '../clock';

/** Which sign-ins come first: of accounts that were just added or changed, of those that were connected before, of all others. */
export type SignInRank = 'changed' | 'wasConnected' | 'other';

export interface SignInQueue {
  /** Resolves when the account may sign in, at once when `signal` is (or becomes) aborted. Never rejects. */
  wait(rank: SignInRank, signal: AbortSignal): Promise<void>;
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly go: () => void;
}

/** So much lateness is made up for: more would come as a burst, which keeps a busy process from renewing its leases. */
const CATCH_UP_MS = 100;

/**
 * Spreads sign-ins evenly, at most `perSecond`, so that ten thousand accounts do not hit their pool and the directory at
 * once after a restart; a process that cannot keep up with that signs in more slowly. It only starts them: a pool that is slow
 * to respond holds up no account of another.
 */
export function createSignInQueue(perSecond: number, clock: Pick<Clock, 'monotonicMs' | 'sleep'>): SignInQueue {
  const intervalMs = 1000 / perSecond;
  const waiting: Record<SignInRank, Waiting[]> = { changed: [], wasConnected: [], other: [] };
  let nextAtMs = -Infinity;
  let isRunning = false;
  const next = (): Waiting | undefined =>
    waiting.changed.shift() ?? waiting.wasConnected.shift() ?? waiting.other.shift();
  const isEmpty = (): boolean => Object.values(waiting).every(({ length }) => length === 0);

  const run = async (): Promise<void> => {
    isRunning = true;
    nextAtMs = Math.max(nextAtMs, clock.monotonicMs());
    while (!isEmpty()) {
      const waitMs = nextAtMs - clock.monotonicMs();
      if (waitMs > 0) await clock.sleep(waitMs);
      let one = next();
      while (one?.signal.aborted === true) one = next();
      if (one === undefined) break;
      one.go();
      // Not from now on: a timer is late by a millisecond, which would add up.
      nextAtMs = Math.max(nextAtMs, clock.monotonicMs() - CATCH_UP_MS) + intervalMs;
    }
    isRunning = false;
  };

  return {
    wait: (rank, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const go = (): void => {
          signal.removeEventListener('abort', go);
          resolve();
        };
        signal.addEventListener('abort', go, { once: true });
        waiting[rank].push({ signal, go });
        if (!isRunning) void run();
      }),
  };
}

import type { Clock } from '../../clock';

/** Bodies as received; parsed they take some three to five times as much. Several thousand packages of one call each. */
const BUDGET_BYTES = 32 * 1024 * 1024;

/**
 * How many bytes may be held, over all accounts of a process, of packages that are not published yet. While the bus is
 * down the rest stays with UCWA, which keeps what is not acknowledged.
 */
export interface MemoryBudget {
  /** Whether the bytes were within the budget. What was acquired must be released. */
  acquire(bytes: number): boolean;
  release(bytes: number): void;
  /** Resolves when it is this one's turn to try again, when the time is up, or when `signal` aborts. Never rejects. */
  waitForBudget(longestMs: number, signal: AbortSignal): Promise<void>;
}

/** One a process. @param budgetBytes must exceed the largest body that is read. */
export function createMemoryBudget(clock: Clock, budgetBytes = BUDGET_BYTES): MemoryBudget {
  let takenBytes = 0;
  const waiting = new Set<AbortController>();
  return {
    acquire(bytes) {
      if (takenBytes + bytes > budgetBytes) return false;
      takenBytes += bytes;
      return true;
    },
    release(bytes) {
      takenBytes -= bytes;
      // One at a time: all at once would ask UCWA for more than the budget holds.
      const [first] = waiting;
      first?.abort();
      if (first !== undefined) waiting.delete(first);
    },
    async waitForBudget(longestMs, signal) {
      const waiter = new AbortController();
      const stop = (): void => {
        waiting.delete(waiter);
        waiter.abort();
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      waiting.add(waiter);
      await clock.sleep(longestMs, waiter.signal);
      waiting.delete(waiter);
      signal.removeEventListener('abort', stop);
    },
  };
}

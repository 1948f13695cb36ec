import type { Clock } from '../../clock';
import { settlesBy } from '../../withDeadline';

/** At 10 ms a request, as Azure takes, those of 500 subscribers that fail take a third of a second. */
const MAX_AT_ONCE = 16;

/**
 * Runs `work` when it is its turn; undefined when that does not come by `untilMs` (milliseconds since the epoch). Rejects as
 * `work` does.
 */
export type Limit = <T>(work: () => Promise<T>, untilMs: number) => Promise<T | undefined>;

/**
 * Sixteen at a time, in the order in which they came: requests to storage for single deliveries come by the hundred, and what a
 * ring waits for must not queue behind them.
 */
export function createLimit(clock: Clock): Limit {
  const waiting = new Set<() => void>();
  let running = 0;

  const acquire = async (untilMs: number): Promise<boolean> => {
    if (running < MAX_AT_ONCE) {
      running += 1;
      return true;
    }
    let go = (): void => undefined;
    const released = new Promise<void>((resolve) => (go = resolve));
    waiting.add(go);
    await settlesBy(clock, released, untilMs);
    return !waiting.delete(go);
  };

  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return async (work, untilMs) => {
    if (!(await acquire(untilMs))) return undefined;
    try {
      return await work();
    } finally {
      release();
    }
  };
}

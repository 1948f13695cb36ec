import type { Clock } from '../../clock';
import { settlesBy } from '../../withDeadline';

/** Runs what has the same key one after another. */
export interface InOrder {
  /**
   * Calls `work` at once. What `ready` returns resolves when everything before it with the same key has ended; it is to be called
   * once, when nothing else is to be waited for, and never rejects. Work comes after what was handed in before, yet before work of a
   * later `sequence` whose turn has not come: the bus may hand over two events of one response in either order.
   */
  run<T>(key: string, sequence: string | undefined, work: (ready: () => Promise<void>) => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly sequence: string | undefined;
  hasBegun: boolean;
  /** Set once it has asked for its turn. */
  begin?: () => void;
}

/** For one process; it forgets what has ended. */
export function createInOrder(): InOrder {
  const lines = new Map<string, Waiting[]>();
  return {
    async run(key, sequence, work) {
      const line = lines.get(key) ?? [];
      lines.set(key, line);
      const own: Waiting = { sequence, hasBegun: false };
      const index = line.findIndex((other) => !other.hasBegun && isLater(other, own));
      line.splice(index === -1 ? line.length : index, 0, own);
      const ready = (): Promise<void> =>
        new Promise((resolve) => {
          own.begin = () => {
            own.hasBegun = true;
            resolve();
          };
          if (line[0] === own) own.begin();
        });
      try {
        return await work(ready);
      } finally {
        line.splice(line.indexOf(own), 1);
        line[0]?.begin?.();
        if (line.length === 0) lines.delete(key);
      }
    },
  };
}

/** Only events of the channel have a sequence; all others stay where they came. */
function isLater(one: Waiting, other: Waiting): boolean {
  return one.sequence !== undefined && other.sequence !== undefined && one.sequence > other.sequence;
}

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

/** Resolves in a round of the event loop that no other caller has; callers go on in the order in which they came. */
export type OwnRound = () => Promise<void>;

/**
 * For work that comes by the hundred and is not urgent: deliveries to subscribers that fail. A round of its own costs each some
 * microseconds; all in one round would hold up for half a second what is urgent.
 */
export function createOwnRound(): OwnRound {
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(goOn);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn);
    });
}

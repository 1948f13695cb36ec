import type { Clock } from '../../clock';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { settlesBy } from '../../withDeadline';
import type { KeepRecord, Kept } from './keepRecord';

/** At 10 ms a row, as Azure takes, the rows of 500 subscribers that fail take a third of a second. */
const MAX_ROWS_AT_ONCE = 16;

/**
 * As KeepRecord, for the rows of single deliveries, of which one event may have hundreds. They are written 16 at a time in a process:
 * what a ring waits for, the record of its event, does not queue behind them. Resolves to `noAnswer` for a row whose turn does
 * not come by `untilMs` (milliseconds since the epoch).
 */
export type KeepRow = (event: Pick<RelayEvent, 'id'>, write: () => Promise<unknown>, untilMs: number) => Promise<Kept>;

export function createKeepRow(keepRecord: KeepRecord, clock: Clock): KeepRow {
  const waiting = new Set<() => void>();
  let running = 0;

  const acquire = async (untilMs: number): Promise<boolean> => {
    if (running < MAX_ROWS_AT_ONCE) {
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

  return async (event, write, untilMs) => {
    if (!(await acquire(untilMs))) return 'noAnswer';
    try {
      return await keepRecord(event, write);
    } finally {
      release();
    }
  };
}

import type { Clock } from '../../clock';
import { RelayError } from '../../errors/relayError';
import type { CallRecords } from '../../invitations/record/callRecords';
import { settlesBy, STORAGE_WAIT_MS } from '../../withDeadline';

/** At 10 ms a row, as Azure takes, the rows of 500 subscribers that fail take a third of a second. */
const MAX_ROWS_AT_ONCE = 16;

/**
 * Writes the rows of single deliveries, of which one event may have hundreds, 16 at a time in a process: what a ring waits for,
 * the record of its event, does not queue behind them. A row whose turn does not come within a second is not written; its
 * error is that of a storage that does not respond, `storageUnavailable`.
 */
export function limitRowWrites<Records extends Pick<CallRecords, 'writeAttempt' | 'writeDelivery'>>(
  records: Records,
  clock: Clock,
): Records {
  const waiting = new Set<() => void>();
  let running = 0;

  const takeTurn = async (): Promise<void> => {
    if (running < MAX_ROWS_AT_ONCE) {
      running += 1;
      return;
    }
    let go = (): void => undefined;
    const turn = new Promise<void>((resolve) => (go = resolve));
    waiting.add(go);
    await settlesBy(clock, turn, clock.now() + STORAGE_WAIT_MS);
    if (waiting.delete(go))
      throw new RelayError('storageUnavailable', 'Storage does not keep up with what is written.');
  };

  const inTurn = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    await takeTurn();
    try {
      return await write();
    } finally {
      const [next] = waiting;
      if (next === undefined) running -= 1;
      else {
        waiting.delete(next);
        next();
      }
    }
  };

  return {
    ...records,
    writeAttempt: (...args) => inTurn(() => records.writeAttempt(...args)),
    writeDelivery: (...args) => inTurn(() => records.writeDelivery(...args)),
  };
}

import type { RpcTypedData } from '../worker/functionsCore';
import type { TimerRun } from './runTimer';

/** .NET's DateTime.MinValue: what Azure says of a timer that has not run yet. */
const NEVER = '0001-01-01T00:00:00';

/** The timer as the host hands it to the library, which makes it the `Timer` of the handler. Without monitor there is no status. */
export function toTimerData({ isPastDue, status }: TimerRun, useMonitor: boolean): RpcTypedData {
  const last = status.lastMs === undefined ? NEVER : toDateTime(status.lastMs);
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: useMonitor ? { Last: last, Next: toDateTime(status.nextMs), LastUpdated: last } : null,
      IsPastDue: isPastDue,
    }),
  };
}

const toDateTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');

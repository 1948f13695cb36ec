import { z } from 'zod';
import type { Clock } from '../../../../shared/clock';
import type { IndexedFunction } from '../app/trigger';
import type { InvokeFunction } from '../app/invokeFunction';
import { triggerOf } from '../app/trigger';
import { resolveSettings, type AppSettings } from '../settings/appSettings';
import type { TriggerListener } from '../triggerListener';
import { runTimer, type StartRun, type TimerRun } from './runTimer';
import { toTimerData } from './timerInfo';
import type { TimerLock } from './timerLock';
import { parseTimerSchedule, type TimerSchedule } from './timerSchedule';

const timerBinding = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

/** A started timer. */
export interface TimerListener extends TriggerListener {
  /**
   * Runs the function now, next to its schedule and to a run that is under way, as Azure's admin route does. Resolves
   * when it has ended, however it did.
   */
  runNow(): Promise<void>;
}

/**
 * Starts the timer of a function.
 *
 * With a lock, its runs begin when this host has it, which it tries for at once and then at each `recoveryIntervalMs`;
 * it is given back when the run that is under way at the end has ended. There is no stored status, as there is in Azure: a
 * run missed while no host was up is not noticed. `runAtOnce` is for people who do not want to wait for the schedule: the
 * first run comes immediately and is past due.
 *
 * @throws Error when the schedule does not resolve or is not NCRONTAB.
 */
export function startTimerTrigger(options: {
  readonly registered: IndexedFunction;
  readonly settings: AppSettings;
  readonly clock: Clock;
  readonly runAtOnce: boolean;
  /** Undefined: every host runs the timer. */
  readonly lock: TimerLock | undefined;
  readonly recoveryIntervalMs: number;
  readonly invoke: InvokeFunction;
}): TimerListener {
  const { registered, clock, invoke } = options;
  const binding = timerBinding.parse(triggerOf(registered.metadata).binding);
  const schedule = parseTimerSchedule(resolveSettings(binding.schedule, options.settings));
  const stopped = new AbortController();

  const run = async (timerRun: TimerRun): Promise<void> => {
    // A run that fails is in the log; the schedule goes on.
    await invoke(registered, { data: toTimerData(timerRun, binding.useMonitor) }).catch(() => undefined);
  };

  const startRun = options.runAtOnce ? 'pastDue' : binding.runOnStartup ? 'runOnStartup' : undefined;
  const ended = runWhileLocked({ ...options, schedule, stopped: stopped.signal, startRun, run });

  return {
    runNow: () => run({ isPastDue: false, status: { lastMs: undefined, nextMs: schedule.next(clock.now()) } }),
    stop: () => {
      stopped.abort();
      return Promise.resolve();
    },
    close: () => ended,
  };
}

async function runWhileLocked(options: {
  readonly schedule: TimerSchedule;
  readonly clock: Clock;
  readonly stopped: AbortSignal;
  readonly startRun: StartRun | undefined;
  readonly lock: TimerLock | undefined;
  readonly recoveryIntervalMs: number;
  readonly run: (run: TimerRun) => Promise<void>;
}): Promise<void> {
  const { schedule, clock, stopped, startRun, lock, recoveryIntervalMs, run } = options;
  while (!stopped.aborted) {
    if (lock === undefined || (await lock.tryAcquire())) {
      const signal = lock === undefined ? stopped : AbortSignal.any([stopped, lock.lost()]);
      await runTimer({ schedule, clock, signal, startRun, invoke: run });
      await lock?.release();
    }
    await clock.sleep(recoveryIntervalMs, stopped);
  }
}

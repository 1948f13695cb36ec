import { z } from 'zod';
import type { Clock } from '../../../../shared/clock';
import type { RegisteredFunction } from '../app/functionApp';
import type { InvokeFunction } from '../app/invokeFunction';
import { triggerOf } from '../app/trigger';
import { resolveSettings, type AppSettings } from '../settings/appSettings';
import type { TriggerListener } from '../triggerListener';
import { runTimer, type TimerRun } from './runTimer';
import { toTimerData } from './timerInfo';
import { parseTimerSchedule } from './timerSchedule';

const timerBinding = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

/** A started timer. */
export interface TimerListener extends TriggerListener {
  /** Runs the function now, next to its schedule and to a run that is under way, as Azure's admin route does. Resolves when it has ended, however it did. */
  runNow(): Promise<void>;
}

/**
 * Starts the timer of a function.
 *
 * There is no lease and no stored status, as there is in Azure: "no overlap" holds within this process, and a run
 * missed while no host was up is not noticed. `runAtOnce` is for people who do not want to wait for the schedule: the
 * first run comes immediately and is past due.
 *
 * @throws Error when the schedule does not resolve or is not NCRONTAB.
 */
export function startTimerTrigger(options: {
  readonly registered: RegisteredFunction;
  readonly settings: AppSettings;
  readonly clock: Clock;
  readonly runAtOnce: boolean;
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
  const ended = runTimer({ schedule, clock, signal: stopped.signal, startRun, invoke: run });

  return {
    runNow: () => run({ isPastDue: false, status: { lastMs: undefined, nextMs: schedule.next(clock.now()) } }),
    stop: () => {
      stopped.abort();
      return Promise.resolve();
    },
    close: () => ended,
  };
}

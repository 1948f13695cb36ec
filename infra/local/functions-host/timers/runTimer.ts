import type { Clock } from '../../../../shared/clock';
import type { TimerSchedule } from './timerSchedule';

/** What a timer knows about its past and its next run, in milliseconds since the epoch. */
export interface TimerStatus {
  /** Undefined until it has run once in this process. */
  readonly lastMs: number | undefined;
  readonly nextMs: number;
}

/** Why a timer runs as soon as it is started: it missed a run, or it asks for that (`runOnStartup`). */
export type StartRun = 'pastDue' | 'runOnStartup';

/** What an invocation is told. */
export interface TimerRun {
  readonly isPastDue: boolean;
  readonly status: TimerStatus;
}

/**
 * setTimeout overflows beyond 24.8 days, so longer waits go in steps.
 */
const LONGEST_SLEEP_MS = 24 * 24 * 3_600_000;

/**
 * Runs `invoke` whenever `schedule` is due, until `signal` is aborted; resolves once the run that is under way then
 * has ended.
 *
 * As Azure's listener does (azure-webjobs-sdk-extensions, TimerListener): runs never overlap; the next one is computed
 * from the *start* of the last, or from its due time where a timer fired early, so that a run longer than the interval
 * is followed by the next at once, which does not count as past due. `invoke` must not reject.
 */
export async function runTimer(options: {
  readonly schedule: TimerSchedule;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly startRun?: StartRun | undefined;
  readonly invoke: (run: TimerRun) => Promise<void>;
}): Promise<void> {
  const { schedule, clock, signal, invoke } = options;
  let startRun = options.startRun;
  let status: TimerStatus = { lastMs: undefined, nextMs: schedule.next(clock.now()) };

  for (;;) {
    if (startRun === undefined) await sleepUntil(status.nextMs, clock, signal);
    if (signal.aborted) return;

    const startedMs = clock.now();
    await invoke({ isPastDue: startRun === 'pastDue', status });

    const lastMs = startRun === undefined ? Math.max(startedMs, status.nextMs) : startedMs;
    status = { lastMs, nextMs: schedule.next(lastMs) };
    startRun = undefined;
  }
}

async function sleepUntil(dueMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  do {
    // At least 1 ms: a run that took longer than the interval must not keep the event loop to itself.
    await clock.sleep(Math.min(LONGEST_SLEEP_MS, Math.max(1, dueMs - clock.now())), signal);
  } while (!signal.aborted && clock.now() < dueMs);
}

import { runTimer, type StartRun, type TimerRun } from '../../../infra/local/functions-host/timers/runTimer';
import { parseTimerSchedule } from '../../../infra/local/functions-host/timers/timerSchedule';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE_MS = 60_000;

/** A timer on a clock of the test's, its runs, and the way to end the one that is under way. */
function startTimer(schedule: string, startRun?: StartRun) {
  const clock: FakeClock = createFakeClock(NOON + 10_000);
  const stop = new AbortController();
  const runs: (TimerRun & { readonly atMs: number })[] = [];
  let endRun: (() => void) | undefined;
  const ended = runTimer({
    schedule: parseTimerSchedule(schedule),
    clock,
    signal: stop.signal,
    startRun,
    invoke: (run) => {
      runs.push({ ...run, atMs: clock.now() - NOON });
      return new Promise((resolve) => (endRun = resolve));
    },
  });
  return { clock, runs, stop, ended, endRun: () => endRun?.() };
}

test('waits for the schedule', async () => {
  const { clock, runs } = startTimer('0 * * * * *');
  await clock.advance(49_999);
  expect(runs).toEqual([]);
  await clock.advance(1);
  expect(runs).toEqual([
    { isPastDue: false, status: { lastMs: undefined, nextMs: NOON + MINUTE_MS }, atMs: MINUTE_MS },
  ]);
});

test('a run longer than the interval overlaps nothing, and the next starts at once and is not past due', async () => {
  const { clock, runs, endRun } = startTimer('0 * * * * *');
  await clock.advance(50_000);
  await clock.advance(3.5 * MINUTE_MS);
  expect(runs).toHaveLength(1);
  endRun();
  await clock.advance(1);
  expect(runs[1]).toEqual({
    isPastDue: false,
    status: { lastMs: NOON + MINUTE_MS, nextMs: NOON + 2 * MINUTE_MS },
    atMs: 4.5 * MINUTE_MS + 1,
  });
});

test('after a short run the next one is computed from its start', async () => {
  const { clock, runs, endRun } = startTimer('0 * * * * *');
  await clock.advance(50_000);
  endRun();
  await clock.advance(MINUTE_MS);
  expect(runs.map(({ atMs }) => atMs)).toEqual([MINUTE_MS, 2 * MINUTE_MS]);
});

test.each([
  ['pastDue', true],
  ['runOnStartup', false],
] as const)('with %s it runs at once, and then by the schedule', async (startRun, isPastDue) => {
  const { clock, runs, endRun } = startTimer('0 * * * * *', startRun);
  expect(runs).toMatchObject([{ isPastDue, atMs: 10_000 }]);
  endRun();
  await clock.advance(50_000);
  expect(runs[1]).toMatchObject({
    isPastDue: false,
    atMs: MINUTE_MS,
    status: { lastMs: NOON + 10_000, nextMs: NOON + MINUTE_MS },
  });
});

test('an occurrence that is months away is waited for in steps that a timer can hold', async () => {
  const { clock } = startTimer('0 0 0 1 12 *');
  expect(await clock.asleep()).toBe(24 * 24 * 60 * MINUTE_MS);
});

test('stopped while it waits, it ends at once', async () => {
  const { runs, stop, ended } = startTimer('0 * * * * *');
  stop.abort();
  await ended;
  expect(runs).toEqual([]);
});

test('stopped while it runs, it ends with the run', async () => {
  const { clock, runs, stop, ended, endRun } = startTimer('0 * * * * *', 'pastDue');
  stop.abort();
  endRun();
  await ended;
  expect(runs).toHaveLength(1);
  expect(clock.sleepers()).toBe(0);
});

import { createGatheringGroups, createGroups } from '../../../shared/storage/deliveryGroups';
import { createFakeClock } from '../../support/fakeClock';

/** Runs that the test ends by hand. */
function heldRuns() {
  const runs: { readonly key: string; readonly jobs: readonly number[]; end(): void; fail(error: Error): void }[] = [];
  const run = (key: string, jobs: readonly number[]) =>
    new Promise<string[]>((resolve, reject) => {
      runs.push({ key, jobs, end: () => resolve(jobs.map((job) => `${key}${job}`)), fail: reject });
    });
  return { runs, run };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('jobs that are given together are one run, and each has its own result', async () => {
  const { runs, run } = heldRuns();
  const ask = createGroups(10, run);
  const asked = Promise.all([ask('a', 1), ask('a', 2), ask('a', 3)]);
  await turn();
  expect(runs.map(({ jobs }) => jobs)).toEqual([[1, 2, 3]]);
  runs[0]?.end();
  expect(await asked).toEqual(['a1', 'a2', 'a3']);
});

test('what comes while a run is under way goes into the next', async () => {
  const { runs, run } = heldRuns();
  const ask = createGroups(10, run);
  const first = ask('a', 1);
  await turn();
  const later = Promise.all([ask('a', 2), ask('a', 3)]);
  await turn();
  expect(runs).toHaveLength(1);
  runs[0]?.end();
  await first;
  await turn();
  expect(runs[1]?.jobs).toEqual([2, 3]);
  runs[1]?.end();
  expect(await later).toEqual(['a2', 'a3']);
});

test('keys do not wait for each other, and a run has no more jobs than it may', async () => {
  const { runs, run } = heldRuns();
  const ask = createGroups(2, run);
  const asked = Promise.all([ask('a', 1), ask('a', 2), ask('a', 3), ask('b', 4)]);
  await turn();
  expect(runs.map(({ key, jobs }) => [key, jobs])).toEqual([
    ['a', [1, 2]],
    ['b', [4]],
  ]);
  for (let ended = 0; ended < 3; ended += 1) {
    runs[ended]?.end();
    await turn();
  }
  expect(await asked).toEqual(['a1', 'a2', 'a3', 'b4']);
});

test('a run that fails fails for its jobs alone', async () => {
  const { runs, run } = heldRuns();
  const ask = createGroups(10, run);
  const failing = ask('a', 1);
  await turn();
  const fine = ask('a', 2);
  runs[0]?.fail(new Error('refused'));
  await expect(failing).rejects.toThrow('refused');
  await turn();
  runs[1]?.end();
  expect(await fine).toBe('a2');
});

describe('where jobs wait for others', () => {
  function gathered() {
    const clock = createFakeClock();
    const { runs, run } = heldRuns();
    const groups = createGatheringGroups(10, run, { clock, forMs: 100, enough: 3 });
    /** The jobs of each run until now, every run ended. */
    const jobsOfRuns = (): (readonly number[])[] =>
      runs.map((one) => {
        one.end();
        return one.jobs;
      });
    return { clock, ask: groups.run, hasten: groups.hasten, jobsOfRuns };
  }

  test('a run begins when its first job has waited so long', async () => {
    const { clock, ask, jobsOfRuns } = gathered();
    const first = ask('a', 1);
    await clock.advance(60);
    const second = ask('a', 2);
    await clock.advance(39);
    expect(jobsOfRuns()).toEqual([]);
    await clock.advance(1);
    expect(jobsOfRuns()).toEqual([[1, 2]]);
    expect(await Promise.all([first, second])).toEqual(['a1', 'a2']);
  });

  test.each([
    ['when there are enough', [[1], [2], [3]]],
    ['when one is urgent', [[1], [2, true]]],
  ] as const)('or at once %s', async (_when, jobs) => {
    const { clock, ask, jobsOfRuns } = gathered();
    const asked: Promise<string>[] = [];
    for (const [job, isUrgent] of jobs) {
      expect(jobsOfRuns()).toEqual([]);
      asked.push(ask('a', job, isUrgent));
      await turn();
    }
    expect(jobsOfRuns()).toEqual([jobs.map(([job]) => job)]);
    await Promise.all(asked);
    expect(clock.sleepers()).toBe(0);
  });

  test('or at once when they are hastened', async () => {
    const { clock, ask, hasten, jobsOfRuns } = gathered();
    const first = ask('a', 1);
    await turn();
    hasten('b');
    expect(jobsOfRuns()).toEqual([]);
    hasten('a');
    await turn();
    expect(jobsOfRuns()).toEqual([[1]]);
    expect([await first, clock.sleepers()]).toEqual(['a1', 0]);
    hasten('a');
  });

  test('what comes while a run is under way waits for others in its turn', async () => {
    const { clock, ask, jobsOfRuns } = gathered();
    const first = ask('a', 1, true);
    await turn();
    const later = [ask('a', 2), ask('b', 3)];
    expect(jobsOfRuns()).toEqual([[1]]);
    await first;
    await clock.advance(99);
    expect(jobsOfRuns()).toEqual([[1]]);
    await clock.advance(1);
    expect(jobsOfRuns()).toEqual(expect.arrayContaining([[2], [3]]));
    await Promise.all(later);
  });
});

import { createGroups } from '../../../shared/storage/deliveryGroups';

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

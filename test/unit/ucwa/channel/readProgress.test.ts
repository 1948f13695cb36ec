import { ReadProgress } from '../../../../shared/ucwa/channel/readProgress';
import { createFakeClock } from '../../../support/fakeClock';

const MINUTE_MS = 60_000;

async function world() {
  const clock = createFakeClock();
  let stalledMs = 0;
  const progress = new ReadProgress(clock, { stalledMs: () => stalledMs });
  await clock.advance(60 * MINUTE_MS);
  return { clock, progress, stall: (ms: number) => (stalledMs = ms) };
}

/** One poll that carries something after `tookMs`; how old that can be when it comes. */
async function poll({ clock, progress }: Awaited<ReturnType<typeof world>>, tookMs: number): Promise<number> {
  progress.sent();
  await clock.advance(tookMs);
  const ageMs = clock.now() - progress.responded();
  progress.ended();
  return ageMs;
}

test.each([
  ['at once', 50, 20_050],
  ['after less than four seconds, which may have been a slow response', 3_999, 23_999],
  ['after the pool had held the poll', 4_000, 0],
  ['after minutes', 170_000, 0],
])('a package that comes %s', async (_, tookMs, expected) => {
  const all = await world();
  all.progress.opened(true, undefined);
  await all.clock.advance(20_000);
  expect(await poll(all, tookMs)).toBe(expected);
});

test('a package that may have lain in the socket while the process stood still is as old as the stall', async () => {
  const all = await world();
  all.progress.opened(true, undefined);
  all.progress.sent();
  await all.clock.advance(60_000);
  await all.clock.stall(28_000);
  all.stall(28_100);
  expect(all.clock.now() - all.progress.responded()).toBe(28_100);
});

test('a poll that was sent just before the process stood still was not held by the pool', async () => {
  const all = await world();
  all.progress.opened(true, undefined);
  await all.clock.advance(20_000);
  all.progress.sent();
  await all.clock.advance(100);
  all.stall(28_100);
  await all.clock.stall(28_000);
  expect(all.clock.now() - all.progress.responded()).toBe(48_100);
});

test('a clock that is set while a poll waits makes nothing older or younger', async () => {
  for (const byMs of [30 * MINUTE_MS, -30 * MINUTE_MS]) {
    const all = await world();
    all.progress.opened(true, undefined);
    await all.clock.advance(2_000);
    all.clock.setBy(byMs);
    expect(await poll(all, 1_000)).toBe(3_000);
  }
});

test('a moment in the future, from a process whose clock was wrong, says nothing', async () => {
  const all = await world();
  all.progress.opened(false, all.clock.now() + 30 * MINUTE_MS);
  expect(await poll(all, 0)).toBe(15 * MINUTE_MS);
  const other = await world();
  other.progress.opened(false, other.clock.now() - MINUTE_MS);
  expect(await poll(other, 0)).toBe(MINUTE_MS);
});

test('an idle cut shows that the channel was empty until just before it', async () => {
  const all = await world();
  all.progress.opened(true, undefined);
  await all.clock.advance(10 * MINUTE_MS);
  all.progress.sent();
  await all.clock.advance(85_000);
  all.progress.cutWhileIdle(all.progress.cutNow());
  expect(await poll(all, 1_000)).toBe(1_500);
});

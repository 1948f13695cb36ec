import { createStallMonitor } from '../../../../shared/ucwa/channel/stallMonitor';
import { createFakeClock } from '../../../support/fakeClock';

async function world() {
  const clock = createFakeClock();
  const stalls = createStallMonitor(clock);
  await clock.advance(10_000);
  return { clock, stalls };
}

test('a process that runs has not stood still', async () => {
  const { clock, stalls } = await world();
  for (let at = 0; at < 40; at += 1) {
    await clock.advance(100);
    expect(stalls.stalledMs()).toBe(0);
  }
});

test('a stall counts from the last beat before it, in the moment after it and before a beat has noticed it', async () => {
  const { clock, stalls } = await world();
  const seen: number[] = [];
  void clock.sleep(20_000).then(() => seen.push(stalls.stalledMs()));
  await clock.advance(100);
  await clock.stall(28_000);
  expect(stalls.stalledMs()).toBe(28_100);
  expect(seen).toEqual([28_100]);
  await clock.advance(900);
  expect(stalls.stalledMs()).toBe(29_000);
  await clock.advance(200);
  expect(stalls.stalledMs()).toBe(0);
});

test('stalls in a row count as one, for what lay in a socket may not have been read between them', async () => {
  const { clock, stalls } = await world();
  await clock.stall(10_000);
  await clock.advance(300);
  await clock.stall(10_000);
  expect(stalls.stalledMs()).toBeGreaterThanOrEqual(20_000);
  await clock.advance(5_000);
  await clock.stall(10_000);
  expect(stalls.stalledMs()).toBeLessThan(10_300);
});

test('a suspended machine shows in its clock alone', async () => {
  const { clock, stalls } = await world();
  clock.setBy(60_000);
  expect(stalls.stalledMs()).toBe(60_000);
  clock.setBy(-120_000);
  await clock.advance(2_000);
  expect(stalls.stalledMs()).toBe(0);
});

test('the heartbeat ends with the monitor', async () => {
  const { clock, stalls } = await world();
  stalls.close();
  expect(clock.sleepers()).toBe(0);
});

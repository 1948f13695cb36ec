import fc from 'fast-check';
import { TimerQueue } from '../../../infra/local/ucwa/timerQueue';
import { createFakeClock } from '../../support/fakeClock';

describe('the timer queue', () => {
  it('does everything at its time, in order, but what was cancelled', async () => {
    const plan = fc.array(fc.record({ afterMs: fc.nat(50), isCancelled: fc.boolean() }), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(plan, async (items) => {
        const clock = createFakeClock(0);
        const timerQueue = new TimerQueue(clock);
        const done: { index: number; atMs: number }[] = [];
        const appointments = items.map(({ afterMs }, index) =>
          timerQueue.in(afterMs, () => done.push({ index, atMs: clock.now() })),
        );
        items.forEach(({ isCancelled }, index) => isCancelled && appointments[index]?.cancel());
        await clock.advance(50);
        const due = items
          .map(({ afterMs, isCancelled }, index) => ({ index, atMs: afterMs, isCancelled }))
          .filter(({ isCancelled }) => !isCancelled);
        expect(done).toEqual(
          due
            .sort((one, other) => one.atMs - other.atMs || one.index - other.index)
            .map(({ index, atMs }) => ({ index, atMs })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('does nothing after it is closed, and leaves no sleeper', async () => {
    const clock = createFakeClock();
    const timerQueue = new TimerQueue(clock);
    timerQueue.in(10, () => {
      throw new Error('too late');
    });
    timerQueue.close();
    await clock.advance(20);
    expect(clock.sleepers()).toBe(0);
  });
});

import { createMemoryBudget } from '../../../../shared/ucwa/channel/memoryBudget';
import { createFakeClock } from '../../../support/fakeClock';

const never = new AbortController().signal;

describe('createMemoryBudget', () => {
  it('lets in what fits, until something is given back', () => {
    const budget = createMemoryBudget(createFakeClock(), 100);
    expect([budget.acquire(60), budget.acquire(41), budget.acquire(40)]).toEqual([true, false, true]);
    budget.release(60);
    expect([budget.acquire(61), budget.acquire(60)]).toEqual([false, true]);
  });

  it('calls those who wait one at a time, in the order in which they came', async () => {
    const clock = createFakeClock();
    const budget = createMemoryBudget(clock, 100);
    budget.acquire(100);
    const called: number[] = [];
    const waits = [1, 2, 3].map((name) => budget.waitForBudget(60_000, never).then(() => called.push(name)));
    budget.release(50);
    await clock.advance(0);
    expect(called).toEqual([1]);
    budget.release(50);
    await clock.advance(0);
    expect(called).toEqual([1, 2]);
    await clock.advance(60_000);
    await Promise.all(waits);
    expect(called).toEqual([1, 2, 3]);
    expect(clock.sleepers()).toBe(0);
  });

  it('does not call one who has been told to stop', async () => {
    const clock = createFakeClock();
    const budget = createMemoryBudget(clock, 100);
    budget.acquire(100);
    const stop = new AbortController();
    const stopped = budget.waitForBudget(60_000, stop.signal);
    const waiting = budget.waitForBudget(60_000, never);
    stop.abort();
    budget.release(100);
    await Promise.all([stopped, waiting]);
    expect(clock.sleepers()).toBe(0);
  });
});

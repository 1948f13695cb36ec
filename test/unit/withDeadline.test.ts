import { settlesBy, STORAGE_WAIT_MS, withDeadline } from '../../shared/withDeadline';
import { createFakeClock } from '../support/fakeClock';

const never = new Promise<never>(() => undefined);

describe('withDeadline', () => {
  it.each([
    ['resolves as the work does', Promise.resolve(7), { value: 7 }],
    ['rejects as the work does', Promise.reject(new Error('no')), { reason: new Error('no') }],
  ])('%s, and leaves no timer', async (_title, work, expected) => {
    const clock = createFakeClock();
    const [settled] = await Promise.allSettled([withDeadline(clock, work)]);
    expect(settled).toMatchObject(expected);
    expect(clock.sleepers()).toBe(0);
  });

  it('rejects with storageUnavailable when there is no response in time', async () => {
    const clock = createFakeClock();
    const startMs = clock.now();
    await expect(clock.advanceUntil(withDeadline(clock, never), 100)).rejects.toMatchObject({
      code: 'storageUnavailable',
    });
    expect(clock.now() - startMs).toBeLessThanOrEqual(STORAGE_WAIT_MS);
  });
});

describe('settlesBy', () => {
  it.each([
    ['work that settles in time', Promise.resolve(), true],
    ['work that does not', never, false],
  ])('tells %s', async (_title, work, expected) => {
    const clock = createFakeClock();
    expect(await clock.advanceUntil(settlesBy(clock, work, clock.now() + 500), 100)).toBe(expected);
    expect(clock.sleepers()).toBe(0);
  });

  it('does not wait for what is over', async () => {
    const clock = createFakeClock();
    const settles = settlesBy(clock, never, clock.now() - 1);
    await clock.advance(0);
    expect(await settles).toBe(false);
  });
});

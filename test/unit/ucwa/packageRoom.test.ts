import { createPackageRoom } from '../../../shared/ucwa/packageRoom';
import { createFakeClock } from '../../support/fakeClock';

const never = new AbortController().signal;

describe('createPackageRoom', () => {
  it('lets in what fits, until something is given back', () => {
    const room = createPackageRoom(createFakeClock(), 100);
    expect([room.take(60), room.take(41), room.take(40)]).toEqual([true, false, true]);
    room.giveBack(60);
    expect([room.take(61), room.take(60)]).toEqual([false, true]);
  });

  it('calls those who wait one at a time, in the order in which they came', async () => {
    const clock = createFakeClock();
    const room = createPackageRoom(clock, 100);
    room.take(100);
    const called: number[] = [];
    const waits = [1, 2, 3].map((name) => room.waitForTurn(60_000, never).then(() => called.push(name)));
    room.giveBack(50);
    await clock.advance(0);
    expect(called).toEqual([1]);
    room.giveBack(50);
    await clock.advance(0);
    expect(called).toEqual([1, 2]);
    await clock.advance(60_000);
    await Promise.all(waits);
    expect(called).toEqual([1, 2, 3]);
    expect(clock.sleepers()).toBe(0);
  });

  it('does not call one who has been told to stop', async () => {
    const clock = createFakeClock();
    const room = createPackageRoom(clock, 100);
    room.take(100);
    const stop = new AbortController();
    const stopped = room.waitForTurn(60_000, stop.signal);
    const waiting = room.waitForTurn(60_000, never);
    stop.abort();
    room.giveBack(100);
    await Promise.all([stopped, waiting]);
    expect(clock.sleepers()).toBe(0);
  });
});

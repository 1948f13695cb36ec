import { BlobServiceClient } from '@azure/storage-blob';
import { createTimerLocks, type TimerLock } from '../../../infra/local/functions-host/timers/timerLock';
import { startTimerTrigger } from '../../../infra/local/functions-host/timers/timerTrigger';
import { startTestStorage, type TestStorage } from '../../support/azurite';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';

let storage: TestStorage;
let clock: FakeClock;
let hosts = 0;
beforeAll(async () => (storage = await startTestStorage()));
afterAll(() => storage.close());
beforeEach(() => {
  clock = createFakeClock();
  hosts += 1;
});

/** The lock of one host of this test's app. */
function lockOfHost(functionName = 'poll'): TimerLock {
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('locks');
  const singleton = { lockPeriodMs: 15_000, recoveryIntervalMs: 60_000 };
  return createTimerLocks(container, `app${String(hosts)}`, { singleton, clock, log: () => undefined })(functionName);
}

describe('the lock of a timer', () => {
  test('is held by one host, and by the next one after it was given back', async () => {
    const [one, other] = [lockOfHost(), lockOfHost()];
    expect([await one.tryAcquire(), await other.tryAcquire()]).toEqual([true, false]);
    expect(one.lost().aborted).toBe(false);
    await one.release();
    expect(await other.tryAcquire()).toBe(true);
    await other.release();
  });

  test('is another one for each function', async () => {
    const [one, other] = [lockOfHost('a'), lockOfHost('b')];
    expect([await one.tryAcquire(), await other.tryAcquire()]).toEqual([true, true]);
    await Promise.all([one.release(), other.release()]);
  });
});

describe('a timer with a lock', () => {
  const start = (runs: string[], name: string) =>
    startTimerTrigger({
      registered: {
        metadata: {
          name: 'poll',
          bindings: { timer: { type: 'timerTrigger', direction: 'in', schedule: '* * * * * *' } },
        },
      },
      settings: {},
      clock,
      runAtOnce: false,
      lock: lockOfHost(),
      recoveryIntervalMs: 60_000,
      invoke: () => {
        runs.push(name);
        return Promise.resolve({});
      },
    });

  test('runs in one host; another one takes over when it next tries, a minute later', async () => {
    const runs: string[] = [];
    const one = start(runs, 'one');
    await clock.asleep((ms) => ms <= 1_000);
    const other = start(runs, 'other');
    await clock.asleep((ms) => ms === 60_000);
    await clock.advance(10_000);
    expect(new Set(runs)).toEqual(new Set(['one']));

    await one.stop();
    await one.close();
    runs.length = 0;
    await clock.advance(45_000);
    expect(runs).toEqual([]);
    await clock.advance(6_000);
    await clock.asleep((ms) => ms <= 1_000);
    await clock.advance(2_000);
    expect(new Set(runs)).toEqual(new Set(['other']));
    await other.stop();
    await other.close();
  });
});

import { createFakeClock } from '../../support/fakeClock';

test('wakes sleepers in the order of their due times, those included that fall asleep on the way', async () => {
  const clock = createFakeClock(0);
  const woken: [string, number][] = [];
  const note = (name: string): void => void woken.push([name, clock.now()]);

  void clock.sleep(30).then(() => note('third'));
  void clock.sleep(10).then(async () => {
    note('first');
    await clock.sleep(5);
    note('second');
  });
  void clock.sleep(100).then(() => note('never'));

  await clock.advance(50);

  expect(woken).toEqual([
    ['first', 10],
    ['second', 15],
    ['third', 30],
  ]);
  expect(clock.now()).toBe(50);
  expect(clock.sleepers()).toBe(1);
});

test('an aborted signal wakes its sleeper at once', async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const asleep = clock.sleep(1_000, controller.signal);
  controller.abort();
  await asleep;
  await clock.sleep(1_000, controller.signal);
  expect(clock.sleepers()).toBe(0);
});

test('tells when someone falls asleep for the duration that is awaited', async () => {
  const clock = createFakeClock();
  const long = clock.asleep((durationMs) => durationMs > 60);
  void clock.sleep(10);
  void clock.sleep(90);
  await expect(long).resolves.toBe(90);
  await expect(clock.asleep()).resolves.toBe(10);
});

test('moves on until something has happened, and answers it', async () => {
  const clock = createFakeClock(0);
  await expect(clock.advanceUntil(clock.sleep(1_950).then(() => 'done'))).resolves.toBe('done');
  expect(clock.now()).toBe(2_000);
  await expect(clock.advanceUntil(clock.sleep(10).then(() => Promise.reject(new Error('failed'))))).rejects.toThrow(
    'failed',
  );
});

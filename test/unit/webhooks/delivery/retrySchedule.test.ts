import { retryDelayMs, scheduleMs } from '../../../../shared/webhooks/delivery/retrySchedule';

test('is 0, 1, 2, 4, 8, 15 s, 1 m, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h', () => {
  expect(scheduleMs.map((ms) => ms / 1000)).toEqual([
    0, 1, 2, 4, 8, 15, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ]);
});

test.each([
  [1, 0, 800],
  [1, 0.5, 1000],
  [1, 1, 1200],
  [5, 0.5, 15_000],
  [14, 0, 69_120_000],
  [14, 1, 103_680_000],
])('after %i attempts, random %f: %i ms', (attemptsMade, random, expectedMs) => {
  expect(retryDelayMs(attemptsMade, random)).toBe(expectedMs);
});

test('has an end', () => {
  expect(retryDelayMs(15, 0.5)).toBeUndefined();
});

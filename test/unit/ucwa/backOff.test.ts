import { backOffMs, recreationBackOff, transientBackOff } from '../../../shared/ucwa/backOff';

test.each([
  [0, 500],
  [1, 1_000],
  [4, 8_000],
  [6, 30_000],
  [5_000, 30_000],
])('after try %i the wait is below %i ms, and may be nothing', (attempt, boundMs) => {
  expect(backOffMs(attempt, () => 1)).toBe(boundMs);
  expect(backOffMs(attempt, () => 0.5)).toBe(boundMs / 2);
  expect(backOffMs(attempt, () => 0)).toBe(0);
});

test('applications that do not last are made ever more slowly, up to ten minutes', () => {
  expect([0, 1, 8, 9].map((attempt) => backOffMs(attempt, () => 1, recreationBackOff))).toEqual([2_000, 4_000, 512_000, 600_000]);
});

test('a Retry-After is waited out first, but not for longer than ten minutes', () => {
  expect(backOffMs(0, () => 0.5, transientBackOff, 7_000)).toBe(7_250);
  expect(backOffMs(0, () => 0, transientBackOff, 86_400_000)).toBe(600_000);
});

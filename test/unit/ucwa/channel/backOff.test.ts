import { recreationBackOff, transientBackOff, waitMs } from '../../../../shared/ucwa/channel/backOff';

test.each([
  [1, 500],
  [2, 1_000],
  [5, 8_000],
  [7, 30_000],
  [5_000, 30_000],
])('before repetition %i the wait is below %i ms, and may be nothing', (attempt, boundMs) => {
  expect(waitMs(transientBackOff, attempt, () => 1)).toBe(boundMs);
  expect(waitMs(transientBackOff, attempt, () => 0.5)).toBe(boundMs / 2);
  expect(waitMs(transientBackOff, attempt, () => 0)).toBe(0);
});

test('applications that do not last are made ever more slowly, up to ten minutes', () => {
  expect([1, 2, 9, 10].map((attempt) => waitMs(recreationBackOff, attempt, () => 1))).toEqual([
    2_000, 4_000, 512_000, 600_000,
  ]);
});

test('a Retry-After is waited out first, but not for longer than ten minutes', () => {
  expect(waitMs(transientBackOff, 1, () => 0.5, 7_000)).toBe(7_250);
  expect(waitMs(transientBackOff, 1, () => 0, 86_400_000)).toBe(600_000);
});

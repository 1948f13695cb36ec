import {
  parseRetryAfter,
  retryDelayMs,
  scheduleMs,
} from '../../../../../shared/webhooks/delivery/retries/retrySchedule';

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

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 0, 15, 12);

  test.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['3600', 3_600_000],
    ['86400', 3_600_000],
    ['99999999999999999999', 3_600_000],
    ['Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
    ['Thursday, 15-Jan-26 12:00:30 GMT', 30_000],
    ['Fri, 16 Jan 2026 12:00:00 GMT', 3_600_000],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['-1', undefined],
    ['1.5', 1500],
    ['0.001', 1],
    ['30.', 30_000],
    ['1.5.0', undefined],
    ['.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s: %s ms', (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});

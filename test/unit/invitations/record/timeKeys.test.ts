import fc from 'fast-check';
import { newestFirst, newestFirstMinute, timeOf } from '../../../../shared/invitations/record/timeKeys';

const timeMs = fc.integer({ min: 0, max: 9_999_999_999_999 });

test('keys sort the newest first, and give back the time', () => {
  fc.assert(
    fc.property(timeMs, timeMs, (one, other) => {
      expect(newestFirst(one)).toMatch(/^\d{13}$/);
      expect(newestFirst(one) < newestFirst(other)).toBe(one > other);
      expect(timeOf(newestFirst(one))).toBe(one);
    }),
  );
});

test('keys of minutes sort the newest first, and are the same throughout a minute', () => {
  fc.assert(
    fc.property(timeMs, timeMs, (one, other) => {
      expect(newestFirstMinute(one)).toMatch(/^\d{9}$/);
      const [minute, otherMinute] = [Math.floor(one / 60_000), Math.floor(other / 60_000)];
      expect(newestFirstMinute(one) < newestFirstMinute(other)).toBe(minute > otherMinute);
      expect(newestFirstMinute(one) === newestFirstMinute(other)).toBe(minute === otherMinute);
    }),
  );
});

test('fractions of a millisecond do not count', () => {
  expect(newestFirst(5.9)).toBe(newestFirst(5));
});

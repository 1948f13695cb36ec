import { parseTimerSchedule } from '../../../infra/local/functions-host/timers/timerSchedule';

const nextOf = (expression: string, after: string): string =>
  new Date(parseTimerSchedule(expression).next(Date.parse(after))).toISOString();

test.each([
  ['every minute', '0 * * * * *', '2026-01-15T12:00:30Z', '2026-01-15T12:01:00.000Z'],
  ['strictly after an occurrence', '0 * * * * *', '2026-01-15T12:00:00Z', '2026-01-15T12:01:00.000Z'],
  ['just before an occurrence', '0 * * * * *', '2026-01-15T12:00:59.999Z', '2026-01-15T12:01:00.000Z'],
  ['five fields: at second 0', '*/5 * * * *', '2026-01-15T12:01:00Z', '2026-01-15T12:05:00.000Z'],
  ['a step from a value', '5/20 * * * * *', '2026-01-15T12:00:25Z', '2026-01-15T12:00:45.000Z'],
  ['ranges and lists', '0 0 8-9,17 * * *', '2026-01-15T09:30:00Z', '2026-01-15T17:00:00.000Z'],
  ['names', '0 30 9 * Jan Mon-Fri', '2026-01-16T10:00:00Z', '2026-01-19T09:30:00.000Z'],
  ['day of month AND day of week', '0 0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-02-13T00:00:00.000Z'],
  ['in UTC, whatever summer time does', '0 30 2 * * *', '2026-03-29T00:00:00Z', '2026-03-29T02:30:00.000Z'],
  ['a leap day', '0 0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
])('%s: %s', (_, expression, after, next) => {
  expect(nextOf(expression, after)).toBe(next);
});

test.each([
  '',
  '* * * *',
  '* * * * * * *',
  '@daily',
  '00:05:00',
  '0 0 0 L * *',
  '0 0 0 15W * *',
  '0 0 0 ? * *',
  '0 0 0 * * 5#2',
  '0 0 0 * * 7',
  '61 * * * * *',
  '0 * * jan * *',
])('"%s" is no NCRONTAB expression', (expression) => {
  expect(() => parseTimerSchedule(expression)).toThrow(`"${expression}" is not an NCRONTAB expression.`);
});

test('a date that never comes is told at once', () => {
  expect(() => parseTimerSchedule('0 0 0 31 2 *')).toThrow('is never due');
});

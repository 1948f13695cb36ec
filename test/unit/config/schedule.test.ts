import * as fc from 'fast-check';
import { parseTimerSchedule } from '../../../infra/local/functions-host/timers/timerSchedule';
import { isSchedule } from '../../../shared/config/schedule';

test.each([
  ['0 * * * * *', true],
  ['*/10 * * * * *', true],
  ['*/5 * * * *', true],
  ['0 0,30 8-18/2 1-7 Jan-Mar,12 mon-FRI', true],
  ['5/15 * * * * *', true],
  ['', false],
  ['every minute', false],
  ['@daily', false],
  ['* * * *', false],
  ['0 * * * * * *', false],
  ['60 * * * * *', false],
  ['0 * 24 * * *', false],
  ['0 * * 0 * *', false],
  ['0 * * * 13 *', false],
  ['0 * * * * 7', false],
  ['0 */0 * * * *', false],
  ['0 9-8 * * * *', false],
  ['0 * * L * ?', false],
])('%j: %s', (expression, valid) => {
  expect(isSchedule(expression)).toBe(valid);
});

test('the local host can follow what passes', () => {
  const value = (low: number, high: number) =>
    fc.oneof(
      fc.constantFrom('*', '*/2', '*/5'),
      fc.integer({ min: low, max: high }).map(String),
      fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map((pair) => {
        const [from, to] = [Math.min(...pair), Math.max(...pair)];
        return `${from}-${to}`;
      }),
    );
  const expressions = fc.tuple(value(0, 59), value(0, 59), value(0, 23), value(1, 28), value(1, 12), value(0, 6));
  fc.assert(
    fc.property(expressions, (parts) => {
      const expression = parts.join(' ');
      expect(isSchedule(expression)).toBe(true);
      expect(() => parseTimerSchedule(expression)).not.toThrow();
    }),
  );
});

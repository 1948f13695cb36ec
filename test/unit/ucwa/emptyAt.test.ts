import { emptyAtMs } from '../../../shared/ucwa/emptyAt';

test.each([
  ['at once', 100_050, 60_000],
  ['after less than four seconds, which may have been a slow answer', 103_999, 60_000],
  ['after the pool had held the poll', 104_000, 104_000],
  ['after minutes', 270_000, 270_000],
])('a package that came %s', (_, receivedAtMs, expected) => {
  expect(emptyAtMs({ readToEndMs: 60_000, sentAtMs: 100_000, receivedAtMs })).toBe(expected);
});

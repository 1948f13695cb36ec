import { parseRetryAfter } from '../../../../shared/webhooks/delivery/retryAfter';

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

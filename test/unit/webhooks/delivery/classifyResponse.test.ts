import {
  classifyResponse,
  parseRetryAfter,
  type NetworkErrorReason,
} from '../../../../shared/webhooks/delivery/classifyResponse';

const nowMs = Date.UTC(2026, 0, 15, 12);
const classify = (status: number, retryAfter?: string) =>
  classifyResponse({ kind: 'response', status, retryAfter, body: '', durationMs: 1 }, nowMs);

test.each([
  [200, 'delivered'],
  [202, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [101, 'failed'],
  [301, 'failed'],
  [302, 'failed'],
  [304, 'failed'],
  [308, 'failed'],
  [400, 'permanent'],
  [401, 'permanent'],
  [402, 'failed'],
  [403, 'permanent'],
  [404, 'permanent'],
  [405, 'permanent'],
  [408, 'failed'],
  [409, 'failed'],
  [410, 'gone'],
  [413, 'permanent'],
  [415, 'permanent'],
  [422, 'permanent'],
  [425, 'failed'],
  [429, 'throttled'],
  [500, 'failed'],
  [502, 'failed'],
  [503, 'throttled'],
  [504, 'failed'],
  [599, 'failed'],
])('%i is %s', (status, expected) => {
  expect(classify(status).class).toBe(expected);
});

test.each<[NetworkErrorReason, string]>([
  ['timeout', 'failed'],
  ['nameNotFound', 'failed'],
  ['connectionRefused', 'failed'],
  ['connectionReset', 'failed'],
  ['tls', 'failed'],
  ['network', 'failed'],
  ['invalidResponse', 'failed'],
  ['addressRefused', 'permanent'],
  ['notStarted', 'notStarted'],
])('no response because of %s is %s', (reason, expected) => {
  expect(classifyResponse({ kind: 'networkError', reason, detail: '', durationMs: 1 }, nowMs).class).toBe(expected);
});

test.each([
  [429, '20', 20_000],
  [503, 'Thu, 15 Jan 2026 12:00:05 GMT', 5000],
  [500, '10', 10_000],
  [403, '20', 20_000],
  [413, '1.5', 1500],
])('%i with Retry-After: %s asks for %i ms', (status, header, expectedMs) => {
  expect(classify(status, header)).toMatchObject({ retryAfterMs: expectedMs });
});

test.each([400, 401, 404, 405, 415, 422])('%i is not over after its Retry-After', (status) => {
  expect(classify(status, '5')).toEqual({ class: 'permanent', reason: `responded ${status}`, retryAfterMs: undefined });
});

test('says where a redirect leads, and that it was not followed', () => {
  const redirect = { kind: 'response', status: 307, retryAfter: undefined, body: '', durationMs: 1 } as const;
  expect(classifyResponse(redirect, nowMs)).toMatchObject({
    reason: "responded 307: a redirect is never followed; change the subscription's URL",
  });
  expect(classifyResponse({ ...redirect, location: 'https://new.example/hooks/REDACTED' }, nowMs)).toMatchObject({
    reason:
      "responded 307 to https://new.example/hooks/REDACTED: a redirect is never followed; change the subscription's URL",
  });
});

test('says that 101 is no acceptance', () => {
  expect(classify(101)).toMatchObject({
    reason: 'responded 101: it switches protocols instead of accepting the event',
  });
});

describe('Retry-After', () => {
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

import { classifyResponse, type NetworkErrorReason } from '../../../../shared/webhooks/delivery/classifyResponse';

const nowMs = Date.UTC(2026, 0, 15, 12);
const answer = (status: number, retryAfter?: string) =>
  classifyResponse({ kind: 'response', status, retryAfter, body: '', durationMs: 1 }, nowMs);

test.each([
  [200, 'delivered'],
  [202, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
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
  expect(answer(status).class).toBe(expected);
});

test.each<[NetworkErrorReason, string]>([
  ['timeout', 'failed'],
  ['nameNotFound', 'failed'],
  ['connectionRefused', 'failed'],
  ['connectionReset', 'failed'],
  ['tls', 'failed'],
  ['network', 'failed'],
  ['addressRefused', 'permanent'],
])('no answer because of %s is %s', (reason, expected) => {
  expect(classifyResponse({ kind: 'networkError', reason, detail: '', durationMs: 1 }, nowMs).class).toBe(expected);
});

test.each([
  [429, '20', 20_000],
  [503, 'Thu, 15 Jan 2026 12:00:05 GMT', 5000],
  [500, '10', 10_000],
])('%i with Retry-After: %s asks for %i ms', (status, header, expectedMs) => {
  expect(answer(status, header)).toMatchObject({ retryAfterMs: expectedMs });
});

test('says of a redirect that it was not followed', () => {
  expect(answer(307)).toMatchObject({ reason: 'answered 307: a redirect is never followed' });
});

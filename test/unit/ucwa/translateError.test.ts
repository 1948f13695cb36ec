import type { HttpResponse } from '../../../shared/ucwa/httpResponse';
import {
  isTicketRefused,
  parseRetryAfter,
  translateNetworkError,
  translateResponse,
} from '../../../shared/ucwa/translateError';

const json = (status: number, body: object = {}, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers,
  contentType: 'application/json',
  text: JSON.stringify(body),
});
const html = (status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers,
  contentType: 'text/html',
  text: '{"code":"NotFound","subcode":"ApplicationNotFound"}',
});
const notFound = (subcode?: string): HttpResponse => json(404, { code: 'NotFound', subcode });

describe('the status table', () => {
  test.each([
    [json(401), 'ticketExpired', true],
    [json(403, {}, { 'x-ms-diagnostics': '28032;source="fe1"' }), 'ticketExpired', true],
    [json(500, {}, { 'x-ms-diagnostics': '28032;source="fe1"' }), 'ticketExpired', true],
    [json(403, {}, { 'x-ms-diagnostics': '28029;reason="28032"' }), 'upstreamRefused', false],
    [json(403, {}, { 'x-ms-diagnostics': '28055;source="fe1"' }), 'ticketExpired', true],
    [
      html(403, { 'www-authenticate': 'Bearer a="", MsRtcOAuth href="/t",grant_type="password"' }),
      'ticketExpired',
      true,
    ],
    [html(403, { 'www-authenticate': 'Negotiate' }), 'upstreamRefused', false],
    [json(403, { code: 'Forbidden', subcode: 'MobileApplicationNoLongerAllowed' }), 'accountRefused', false],
    [json(403, { code: 'Forbidden', subcode: 'UserAgentNotAllowed' }), 'accountRefused', false],
    [json(409, { code: 'Conflict', subcode: 'TooManyApplications' }), 'accountRefused', false],
    [json(410, { code: 'Gone', subcode: 'CannotRedirect' }), 'poolMoved', true],
    [notFound('ApplicationNotFound'), 'applicationGone', true],
    [notFound('InactiveApplicationExpired'), 'applicationGone', true],
    [notFound(), 'upstreamRefused', false],
    [html(404), 'upstreamRefused', false],
    [json(409, { code: 'Conflict', subcode: 'PGetReplaced' }), 'pollReplaced', true],
    [json(409, { code: 'Conflict', subcode: 'AlreadyExists' }), 'upstreamRefused', false],
    [html(410), 'channelGone', true],
    [html(408), 'upstreamFailed', true],
    [json(429), 'upstreamFailed', true],
    [html(500), 'upstreamFailed', true],
    [html(502), 'poolMoved', true],
    [json(503), 'upstreamFailed', true],
    [json(504), 'upstreamFailed', true],
    [json(400, { code: 'BadRequest', subcode: 'ParameterValidationFailure' }), 'upstreamRefused', false],
    [html(302), 'upstreamRefused', false],
  ])('%j is %s', (response, code, retryable) => {
    expect(translateResponse(response, 0)).toMatchObject({ code, retryable, extensions: { status: response.status } });
  });

  test('carries what UCWA said, the request’s id and the wait', () => {
    const error = translateResponse(
      json(
        503,
        { code: 'ServiceFailure', subcode: 'NeverHeardOf', message: 'x' },
        { 'retry-after': '7', 'client-request-id': 'abc' },
      ),
      0,
    );
    expect(error).toMatchObject({
      retryAfterMs: 7_000,
      extensions: { status: 503, code: 'ServiceFailure', subcode: 'NeverHeardOf', requestId: 'abc' },
    });
    expect(error.message).toBe('Skype for Business could not carry out the request (503 ServiceFailure NeverHeardOf).');
  });

  test('a plain 403 is not a refused ticket', () => {
    expect(isTicketRefused(json(403))).toBe(false);
  });
});

test.each([
  ['7', 7_000],
  [' 0 ', 0],
  ['Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
  ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(parseRetryAfter(value, Date.UTC(2026, 0, 15, 12))).toBe(ms);
});

test.each([
  ['ENOTFOUND', 'its name cannot be resolved'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['EPROTO', 'the exchange failed (EPROTO)'],
])('%s in plain words', (code, words) => {
  const error = Object.assign(new Error('secret'), { code });
  expect(translateNetworkError(error, { host: 'pool', stopped: false }).message).toBe(
    `Skype for Business at pool cannot be reached: ${words}.`,
  );
});

test('what is not known to be a network error says so, and gives nothing away', () => {
  const error = translateNetworkError(new TypeError('secret'), { host: 'pool', stopped: false });
  expect(error.code).toBe('upstreamFailed');
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toContain('secret');
});

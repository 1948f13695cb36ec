import { toProblemResponse } from '../../../shared/http/problem';
import { RelayError, toRelayError } from '../../../shared/errors/relayError';

const instance = '7d5a6c1e-0b55-4f0e-9d8e-3f6b2c1d0e9f';

describe('toProblemResponse', () => {
  it('is a problem document with the error’s status, title and extensions', () => {
    const response = toProblemResponse(
      new RelayError('actionNotAvailable', 'It offers decline.', { extensions: { available: ['decline'] } }),
      instance,
    );
    expect(response.status).toBe(422);
    expect(response.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(JSON.parse(response.body as string)).toEqual({
      type: 'urn:ucwa-relay:problem:actionNotAvailable',
      title: 'The invitation does not offer this action',
      status: 422,
      detail: 'It offers decline.',
      instance: `urn:uuid:${instance}`,
      available: ['decline'],
    });
  });

  test.each([
    ['upstreamTimeout', undefined, '5'],
    ['upstreamFailed', 1_200, '2'],
    ['credentialsRejected', 3_600_000, '3600'],
    ['commandInFlight', 1_000, '1'],
    ['tooManyRequests', 20, '1'],
    ['actionNotAvailable', undefined, undefined],
  ] as const)('%s with a wait of %s ms says Retry-After: %s', (code, retryAfterMs, expected) => {
    const response = toProblemResponse(
      new RelayError(code, 'x', retryAfterMs === undefined ? {} : { retryAfterMs }),
      instance,
    );
    expect(new Headers(response.headers as Record<string, string>).get('retry-after') ?? undefined).toBe(expected);
  });

  it('gives nothing away of an unexpected error', () => {
    const text = JSON.stringify(
      toProblemResponse(toRelayError(new Error('password=hunter2 at /home/x.ts:3')), instance),
    );
    expect(text).not.toMatch(/hunter2|x\.ts/);
  });
});

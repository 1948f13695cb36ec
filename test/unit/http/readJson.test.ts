import { acceptBodySchema, declineBodySchema, emptyBodySchema } from '../../../shared/invitations/commands/command';
import { RelayError } from '../../../shared/errors/relayError';
import { readJson } from '../../../shared/http/readJson';

const body = (text: string) => ({ text: () => Promise.resolve(text) });
const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/SAVP 0\r\n';

async function problemOf(work: Promise<unknown>): Promise<{ message: string; errors: unknown }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RelayError)) throw new Error('was taken');
  expect(error.code).toBe('requestInvalid');
  return { message: error.message, errors: error.extensions.errors };
}

/** A request as the worker gets it from Azure's host. */
const request = (text: string, headers: Record<string, string>) => ({ ...body(text), headers: new Headers(headers) });

describe('a body that Azure may have dropped', () => {
  test.each([
    ['was sent in chunks', '', { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }],
    ['was sent in chunks without a type', '', { 'transfer-encoding': 'chunked' }],
    ['is announced by its type alone', '', { 'content-type': 'application/json; charset=utf-8' }],
  ])('is refused with 411 where it %s', async (_title, text, headers) => {
    await expect(readJson(request(text, headers), declineBodySchema)).rejects.toMatchObject({
      code: 'lengthRequired',
      message: expect.stringContaining('Content-Length') as string,
    });
  });

  test.each([
    [
      'a body with its length',
      '{"reason":"Local"}',
      { 'content-type': 'application/json', 'content-length': '18' },
      'Local',
    ],
    ['none, and its length says so', '', { 'content-type': 'application/json', 'content-length': '0' }, 'Global'],
    ['none, and no type', '', {}, 'Global'],
  ])('is not suspected where there is %s', async (_title, text, headers, reason) => {
    expect(await readJson(request(text, headers), declineBodySchema)).toEqual({ reason });
  });

  test.each([
    ['gzip', false],
    ['identity', true],
  ])('Content-Encoding %s', async (encoding, isTaken) => {
    const read = readJson(request('{}', { 'content-encoding': encoding, 'content-length': '2' }), declineBodySchema);
    if (isTaken) expect(await read).toEqual({ reason: 'Global' });
    else await expect(read).rejects.toMatchObject({ code: 'encodingUnsupported' });
  });
});

describe('readJson', () => {
  test.each([
    ['accept, empty body', acceptBodySchema, '', {}],
    ['accept to the phone', acceptBodySchema, '{"with":"phoneAudio"}', { with: 'phoneAudio' }],
    ['accept with an SDP', acceptBodySchema, JSON.stringify({ with: 'answer', sdp }), { with: 'answer', sdp }],
    [
      'accept to the phone, from a client that always says provisional',
      acceptBodySchema,
      '{"with":"phoneAudio","provisional":false}',
      { with: 'phoneAudio' },
    ],
    ['decline without a reason is Global', declineBodySchema, '{}', { reason: 'Global' }],
    ['cancel', emptyBodySchema, '', {}],
  ])('takes %s', async (_title, schema, text, expected) => {
    expect(await readJson(body(text), schema)).toEqual(expected);
  });

  test.each([
    ['no JSON', declineBodySchema, '{reason', '', 'must be JSON'],
    [
      'an unknown reason',
      declineBodySchema,
      '{"reason":"Lunch"}',
      'reason',
      expect.stringContaining('must be one of Global, Local'),
    ],
    ['an unknown field', declineBodySchema, '{"cause":"Global"}', 'cause', 'is not a field of this request'],
    [
      'an answer without an SDP',
      acceptBodySchema,
      '{"with":"answer"}',
      'sdp',
      'is required with "answer": the SDP answer',
    ],
    [
      'an SDP that is none',
      acceptBodySchema,
      '{"with":"answer","sdp":"hello"}',
      'sdp',
      expect.stringContaining('must be an SDP'),
    ],
    [
      'an SDP over 64 KiB',
      acceptBodySchema,
      JSON.stringify({ with: 'answer', sdp: sdp + 'a=x\r\n'.repeat(14_000) }),
      'sdp',
      'must be at most 65536 bytes',
    ],
    [
      'an unknown way to accept',
      acceptBodySchema,
      '{"with":"fax"}',
      'with',
      'must be "answer", "phoneAudio" or absent',
    ],
    [
      'an SDP beside the phone',
      acceptBodySchema,
      JSON.stringify({ with: 'phoneAudio', sdp }),
      'sdp',
      'goes with "with": "answer" only',
    ],
    [
      'a provisional answer to the phone',
      acceptBodySchema,
      '{"provisional":true}',
      'provisional',
      'goes with "with": "answer" only',
    ],
    ['a body over the limit', emptyBodySchema, `"${'x'.repeat(300_000)}"`, '', 'must be at most 262144 bytes'],
    ['a list', declineBodySchema, '[]', '', expect.any(String)],
  ])('refuses %s, naming the field', async (_title, schema, text, field, message) => {
    const { errors } = await problemOf(readJson(body(text), schema));
    expect(errors).toEqual([{ field, message }]);
  });

  it('never repeats a value', async () => {
    expect((await problemOf(readJson(body('{"reason":"s3cret"}'), declineBodySchema))).message).not.toContain('s3cret');
  });
});

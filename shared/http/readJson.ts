import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { invalidRequest, parseOrExplain } from '../errors/parseOrExplain';
import { RelayError } from '../errors/relayError';

/** A 64 KiB SDP, escaped as JSON, with room to spare. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The body as that schema's value; an absent body is `{}`.
 * Errors: `lengthRequired` where the platform may have dropped a body, `encodingUnsupported`, `requestInvalid` with
 * `errors: [{field, message}]`, naming every field that is wrong; never repeating a value.
 */
export async function readJson<Schema extends z.ZodType>(
  request: Parameters<typeof readAnyJson>[0],
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseOrExplain(await readAnyJson(request), schema);
}

/** The body as whatever JSON it is, for a module that judges it itself; an absent body is `{}`. Errors: as readJson. */
export async function readAnyJson(
  request: Pick<HttpRequest, 'text'> & Partial<Pick<HttpRequest, 'headers'>>,
): Promise<unknown> {
  const header = (name: string): string | undefined => request.headers?.get(name) ?? undefined;
  const encoding = header('content-encoding');
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    throw new RelayError('encodingUnsupported', 'Send the body as it is, without Content-Encoding.');
  const announcedBytes = Number(header('content-length') ?? 0);
  const text = announcedBytes > MAX_BODY_BYTES ? undefined : await request.text();
  if (text === undefined || Buffer.byteLength(text) > MAX_BODY_BYTES)
    throw invalidRequest([{ field: '', message: `must be at most ${String(MAX_BODY_BYTES)} bytes` }]);
  if (wasDropped(text, header)) throw lengthRequired();
  return text.trim() === '' ? {} : parseJson(text);
}

/**
 * Whether the platform may have dropped a body: Azure's Functions host hands a worker none that came without
 * `Content-Length` (azure-functions-host, GrpcMessageConversionExtensions; its issues 4926 and 7930), and a command would be
 * carried out with its defaults.
 */
function wasDropped(text: string, header: (name: string) => string | undefined): boolean {
  if (header('transfer-encoding') !== undefined) return true;
  return text === '' && /\bjson\b/i.test(header('content-type') ?? '') && header('content-length')?.trim() !== '0';
}

function lengthRequired(): RelayError {
  return new RelayError(
    'lengthRequired',
    'Azure Functions passes on no body that is sent in chunks. Send it with Content-Length (in .NET: await ' +
      'content.LoadIntoBufferAsync() before the request, or StringContent), or Content-Length: 0 and no body.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest([{ field: '', message: 'must be JSON' }]);
  }
}

import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { invalidRequest, parseOrExplain } from '../errors/parseOrExplain';

/** A 64 KiB SDP, escaped as JSON, with room to spare. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The body as that schema's value; an absent body is `{}`.
 * Errors: `requestInvalid` with `errors: [{field, message}]`, naming every field that is wrong; never repeating a value.
 */
export async function readJson<Schema extends z.ZodType>(
  request: Parameters<typeof readAnyJson>[0],
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseOrExplain(await readAnyJson(request), schema);
}

/** The body as whatever JSON it is, for a room that judges it itself; an absent body is `{}`. Errors: as readJson. */
export async function readAnyJson(
  request: Pick<HttpRequest, 'text'> & Partial<Pick<HttpRequest, 'headers'>>,
): Promise<unknown> {
  const announcedBytes = Number(request.headers?.get('content-length') ?? 0);
  const text = announcedBytes > MAX_BODY_BYTES ? undefined : await request.text();
  if (text === undefined || Buffer.byteLength(text) > MAX_BODY_BYTES)
    throw invalidRequest([{ field: '', message: `must be at most ${String(MAX_BODY_BYTES)} bytes` }]);
  return text.trim() === '' ? {} : parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest([{ field: '', message: 'must be JSON' }]);
  }
}

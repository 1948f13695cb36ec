import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { RelayError } from '../errors/relayError';

/** A 64 KiB SDP, escaped as JSON, with room to spare. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * The body as that schema's value; an absent body is `{}`.
 * Errors: `requestInvalid` with `errors: [{field, message}]`, naming every field that is wrong; never repeating a value.
 */
export async function readJson<Schema extends z.ZodType>(request: Pick<HttpRequest, 'text'>, schema: Schema): Promise<z.output<Schema>> {
  return parseOrExplain(await readAnyJson(request), schema);
}

/** The body as whatever JSON it is, for a room that judges it itself; an absent body is `{}`. Errors: as readJson. */
export async function readAnyJson(request: Pick<HttpRequest, 'text'>): Promise<unknown> {
  const text = await request.text();
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw invalid([{ field: '', message: `must be at most ${String(MAX_BODY_BYTES)} bytes` }]);
  return text.trim() === '' ? {} : parseJson(text);
}

/** A parsed value as that schema's, or `requestInvalid` naming every field that is wrong. */
export function parseOrExplain<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error.issues.map(toFieldProblem));
  return parsed.data;
}

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ field: '', message: 'must be JSON' }]);
  }
}

function toFieldProblem(issue: z.core.$ZodIssue): FieldProblem {
  if (issue.code === 'unrecognized_keys') return { field: [...issue.path, issue.keys[0]].join('.'), message: 'is not a field of this request' };
  return { field: issue.path.join('.'), message: issue.message };
}

function invalid(errors: readonly FieldProblem[]): RelayError {
  const sentences = errors.map(({ field, message }) => `${field === '' ? 'The body' : `"${field}"`} ${message}.`);
  return new RelayError('requestInvalid', sentences.join(' '), { extensions: { errors } });
}

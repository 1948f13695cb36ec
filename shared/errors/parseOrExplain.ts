import type { z } from 'zod';
import { explainIssue } from './explainIssue';
import { RelayError } from './relayError';

/** What is wrong with one field; an empty `field` is the whole. */
export interface FieldProblem {
  readonly field: string;
  /** Goes on from the field's name: `must be …`, `is required`. */
  readonly message: string;
}

/**
 * A value from outside as that schema's. Pure. Errors: `requestInvalid` with `errors: [{field, message}]`, naming every
 * field that is wrong; never repeating a value.
 * @param whole what the value is, for a person, where a problem is not one field's.
 */
export function parseOrExplain<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
  whole = 'The body',
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: explainIssue });
  if (!parsed.success) throw invalidRequest(parsed.error.issues.map(toFieldProblem), whole);
  return parsed.data;
}

/** `requestInvalid`, in sentences and field by field. */
export function invalidRequest(errors: readonly FieldProblem[], whole = 'The body'): RelayError {
  const sentences = errors.map(({ field, message }) => `${field === '' ? whole : `"${field}"`} ${message}.`);
  return new RelayError('requestInvalid', sentences.join(' '), { extensions: { errors } });
}

function toFieldProblem(issue: z.core.$ZodIssue): FieldProblem {
  if (issue.code === 'unrecognized_keys')
    return { field: [...issue.path, issue.keys[0]].join('.'), message: 'is not a field of this request' };
  const field = issue.path.join('.');
  if (issue.code === 'invalid_key') return { field, message: issue.issues[0]?.message ?? issue.message };
  return { field, message: issue.message };
}

import type { z } from 'zod';

/**
 * What a person is shown about a value that a schema refuses, where the schema has no words of its own: goes on from the field's
 * name, and never repeats the value. Given to zod with each parse, as `{ error: explainIssue }`. Pure.
 */
export const explainIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return ofType(issue.expected);
    case 'too_small':
      return `must ${limit(issue.origin, 'at least', issue.minimum, issue.inclusive)}`;
    case 'too_big':
      return `must ${limit(issue.origin, 'at most', issue.maximum, issue.inclusive)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'invalid_format':
      return formats[issue.format] ?? 'does not have the form that it must have';
    case 'unrecognized_keys':
      return 'has a field that it must not have';
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
    default:
      return 'is not what it must be';
  }
};

function ofType(expected: string): string {
  return expected === 'int' ? 'must be a whole number' : `must be of type ${expected}`;
}

function oneOf(values: readonly string[]): string {
  return `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;
}

const formats: Readonly<Record<string, string>> = {
  url: 'must be a URL',
  datetime: 'must be a time with its zone, such as 2026-11-30T08:00:00Z',
  uuid: 'must be a UUID',
};

function limit(origin: string, bound: 'at least' | 'at most', value: number | bigint, isInclusive = true): string {
  const number = Number(value);
  if (origin === 'number' || origin === 'int' || origin === 'bigint')
    return isInclusive ? `be ${bound} ${number}` : `be ${bound === 'at most' ? 'less' : 'more'} than ${number}`;
  const nouns: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', file: 'byte' };
  const noun = nouns[origin] ?? 'member';
  return `have ${bound} ${number} ${noun}${number === 1 ? '' : 's'}`;
}

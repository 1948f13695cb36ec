import type { z } from 'zod';

/**
 * What a person is told about a value of the wrong type, or that is missing, where the schema has no words of its own:
 * goes on from the field's name. Given to zod with each parse, as `{ error: explainIssue }`. Pure.
 */
export const explainIssue: z.core.$ZodErrorMap = ({ code, input, ...issue }) => {
  if (code !== 'invalid_type') return undefined;
  if (input === undefined) return 'is required';
  return issue.expected === 'int' ? 'must be a whole number' : `must be of type ${String(issue.expected)}`;
};

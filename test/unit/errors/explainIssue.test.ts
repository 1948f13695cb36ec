import { z } from 'zod';
import { parseOrExplain } from '../../../shared/errors/parseOrExplain';
import { thrownBy } from '../../support/thrownBy';

const refused = 'never shown';

/** A schema without words of its own, a value that it refuses, and what a person reads. */
const cases: readonly [z.ZodType, unknown, string][] = [
  [z.string(), undefined, 'is required'],
  [z.string(), 7, 'must be of type string'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.string().min(1), '', 'must have at least 1 character'],
  [z.string().max(2), refused, 'must have at most 2 characters'],
  [z.array(z.string()).nonempty(), [], 'must have at least 1 item'],
  [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 item'],
  [z.number().min(5), 4, 'must be at least 5'],
  [z.number().lt(5), 5, 'must be less than 5'],
  [z.number().gt(5), 5, 'must be more than 5'],
  [z.number().multipleOf(5), 4, 'must be a multiple of 5'],
  [z.enum(['a', 'b']), refused, 'must be one of a, b'],
  [z.literal('a'), refused, 'must be a'],
  [z.url(), refused, 'must be a URL'],
  [z.iso.datetime(), refused, 'must be a time with its zone, such as 2026-11-30T08:00:00Z'],
  [z.string().regex(/^a$/), refused, 'does not have the form that it must have'],
  [z.email(), refused, 'does not have the form that it must have'],
  [z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), {}, 'is not what it must be'],
  [z.record(z.string().max(1), z.string()), { ab: 'a' }, 'must have at most 1 character'],
  [z.map(z.string(), z.string().max(1)), new Map([['a', refused]]), 'must have at most 1 character'],
];

it.each(cases)('a person reads no words of the validator, and no value: case %#', (schema, value, message) => {
  const error = thrownBy(() => parseOrExplain({ field: value }, z.object({ field: schema })));
  expect(error).toMatchObject({ code: 'requestInvalid', message: expect.stringContaining(` ${message}.`) as string });
  expect(String(error)).not.toContain(refused);
});

import { z } from 'zod';
import { compact } from '../invitations/compact';
import { cursorSchema } from './cursorSchema';

/** Parameters that lists have in common. */

const time = z.iso.datetime({
  offset: true,
  error: 'must be a time with its zone, such as 2026-11-30T08:00:00Z (in a URL write + as %2B)',
});

/** `limit` and `cursor` of every list; an answer has at most 100 items. */
export const pageParameters = {
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 to 100')
    .max(100, 'must be 1 to 100')
    .default(50)
    .describe('How many at most'),
  cursor: cursorSchema.optional(),
};

/** `since` and `until` of a list. @param what is limited, in a few words. */
export function windowParameters(what: string) {
  return {
    since: time.optional().describe(`${what} from this moment on; all unless given`),
    until: time.optional().describe('And before this one; now unless given'),
  };
}

/** A short text of a query that must say something. @param describe says what it is. */
export function textParameter(description: string) {
  return z
    .string()
    .max(200, 'must be at most 200 characters')
    .regex(/\S/, 'must not be blank')
    .optional()
    .describe(description);
}

interface Window {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** For superRefine: a window that ends before it begins holds nothing, which nobody means. */
export function refuseReversed({ since, until }: Window, context: z.RefinementCtx): void {
  if (since !== undefined && until !== undefined && Date.parse(until) <= Date.parse(since))
    context.addIssue({ code: 'custom', path: ['until'], message: 'must be later than "since"' });
}

/** The two moments in milliseconds since the epoch, where they are given. Pure. */
export function toWindowMs({ since, until }: Window): { readonly sinceMs?: number; readonly untilMs?: number } {
  return compact({
    sinceMs: since === undefined ? undefined : Date.parse(since),
    untilMs: until === undefined ? undefined : Date.parse(until),
  });
}

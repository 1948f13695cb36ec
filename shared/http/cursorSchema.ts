import { z } from 'zod';

/** A place in a list, which only the page before can name. */
export const cursorSchema = z
  .string()
  .regex(/^[\w-]{1,2000}$/, 'must be the cursor of the page before, unchanged')
  .describe('From the page before, unchanged; anything else is refused');

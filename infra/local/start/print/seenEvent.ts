import { z } from 'zod';

const person = z.object({ uri: z.string().optional(), name: z.string().optional() });

/**
 * As much of an event on the topic as a line of text shows. Looser than the product's own schema: what watches must
 * not fall silent over a field it does not know.
 */
export const seenEventSchema = z.object({
  type: z.string(),
  /** ISO 8601: when the relay received it. */
  time: z.string().optional(),
  data: z.looseObject({
    invitationId: z.string().optional(),
    event: z.string().optional(),
    account: z.string().optional(),
    direction: z.string().optional(),
    state: z.string().optional(),
    subject: z.string().optional(),
    importance: z.string().optional(),
    delayed: z.boolean().optional(),
    /** Of a command. */
    result: z.string().optional(),
    from: person.optional(),
    to: person.optional(),
    modalities: z.array(z.string()).optional(),
    outcome: z.object({ result: z.string(), answeredBy: z.string().optional() }).optional(),
  }),
});
export type SeenEvent = z.infer<typeof seenEventSchema>;

import { z } from 'zod';

/** How a delivery stands. `retrying`: a message of `webhook-retries` goes on with it; all others are ends. */
export const deliveryOutcomes = ['delivered', 'retrying', 'expired', 'superseded', 'dead', 'disabled'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** A reason is kept in this many characters: those of all subscribers are in one row, and may be in one message. */
export const MAX_REASON_LENGTH = 160;

/** What became of an event with one subscriber when it was first sent, or why it was not sent. */
export const deliveryResultSchema = z.object({
  subscriptionId: z.string(),
  outcome: z.enum(deliveryOutcomes),
  /** Whether a request was made; `false` when the delivery policy, the schedule or an end of the call kept it from that. */
  attempted: z.boolean(),
  /** HTTP status of the response, where there was one. */
  status: z.number().exactOptional(),
  /** From the beginning of the request to its end, in milliseconds; 0 without one. */
  durationMs: z.number(),
  /** When it ended (milliseconds since the epoch), where that is known. */
  atMs: z.number().exactOptional(),
  /** Why it was not delivered, at most MAX_REASON_LENGTH characters. */
  reason: z.string().exactOptional(),
  /** When the next message is due (milliseconds since the epoch); with `retrying` only. */
  nextAtMs: z.number().exactOptional(),
});
export type DeliveryResult = Readonly<z.infer<typeof deliveryResultSchema>>;

/** One message of `webhook-retries` and what it came to: an attempt, a move to a later time, or an end without an attempt. */
export const laterAttemptSchema = deliveryResultSchema.extend({
  /** The redelivery that it belongs to; absent for the first delivery. */
  redeliveryId: z.string().exactOptional(),
  /** Number of the attempt, from 1; that of the attempt that was due where none was made. */
  attempt: z.number().int().positive(),
  /** How often it had been moved to a later time before. */
  moves: z.number().int().nonnegative(),
  /** When it ended: milliseconds since the epoch. */
  atMs: z.number(),
});
export type LaterAttempt = Readonly<z.infer<typeof laterAttemptSchema>>;

/** How a delivery stands. `retrying`: a message of `webhook-retries` goes on with it; all others are ends. */
export const deliveryOutcomes = ['delivered', 'retrying', 'expired', 'superseded', 'dead', 'disabled'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** A reason is kept in this many characters: those of all subscribers are in one row, and may be in one message. */
export const MAX_REASON_LENGTH = 160;

/** What became of an event with one subscriber when it was first sent, or why it was not sent. */
export interface DeliveryResult {
  readonly subscriptionId: string;
  readonly outcome: DeliveryOutcome;
  /** Whether a request was made; `false` when the delivery policy, the schedule or an end of the call kept it from that. */
  readonly attempted: boolean;
  /** HTTP status of the response, where there was one. */
  readonly status?: number;
  /** From the beginning of the request to its end, in milliseconds; 0 without one. */
  readonly durationMs: number;
  /** When it ended (milliseconds since the epoch), where that is known. */
  readonly atMs?: number;
  /** Why it was not delivered, at most MAX_REASON_LENGTH characters. */
  readonly reason?: string;
  /** When the next message is due (milliseconds since the epoch); with `retrying` only. */
  readonly nextAtMs?: number;
}

/** One message of `webhook-retries` and what it came to: an attempt, a move to a later time, or an end without an attempt. */
export interface LaterAttempt extends DeliveryResult {
  /** The redelivery that it belongs to; absent for the first delivery. */
  readonly redeliveryId?: string;
  /** Number of the attempt, from 1; that of the attempt that was due where none was made. */
  readonly attempt: number;
  /** How often it had been moved to a later time before. */
  readonly moves: number;
  /** When it ended: milliseconds since the epoch. */
  readonly atMs: number;
}

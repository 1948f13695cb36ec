import type { ResponseClass } from './delivery/classifyResponse';
import { retryDelayMs } from './delivery/retrySchedule';

/** How often a subscriber that answers with a permanent status is tried in all. */
export const MAX_PERMANENT_ATTEMPTS = 5;

export interface StepInput {
  readonly answer: ResponseClass;
  /** How many attempts have been made, this one included. */
  readonly attempt: number;
  readonly nowMs: number;
  /** The event's `expirytime`, where it has one. */
  readonly expiryTimeMs: number | undefined;
  /** From 0 to 1; 0.5 is the schedule itself. */
  readonly random: number;
}

/** What becomes of a delivery after an attempt. `reason` is a sentence for the delivery log. */
export type NextStep =
  | { readonly step: 'delivered' }
  | { readonly step: 'retry'; readonly atMs: number; readonly reason: string }
  | { readonly step: 'expired'; readonly reason: string }
  | { readonly step: 'dead'; readonly reason: string }
  | { readonly step: 'disable'; readonly reason: string };

/**
 * Decides from the answer, the number of attempts and the event's expiry. A retry comes after the schedule's wait or
 * Retry-After, whichever is longer; one that would come when the ring is over is not made. Pure.
 */
export function nextStep({ answer, attempt, nowMs, expiryTimeMs, random }: StepInput): NextStep {
  if (answer.class === 'delivered') return { step: 'delivered' };
  if (answer.class === 'gone') return { step: 'disable', reason: answer.reason };
  if (answer.class === 'permanent' && attempt >= MAX_PERMANENT_ATTEMPTS) {
    return { step: 'dead', reason: `${answer.reason}, ${MAX_PERMANENT_ATTEMPTS} times` };
  }
  const delayMs = retryDelayMs(attempt, random);
  if (delayMs === undefined) return { step: 'dead', reason: `${answer.reason}; the last of ${attempt} attempts` };
  const askedMs = answer.class === 'notStarted' ? 0 : (answer.retryAfterMs ?? 0);
  const atMs = nowMs + Math.max(delayMs, askedMs);
  if (expiryTimeMs !== undefined && atMs >= expiryTimeMs)
    return { step: 'expired', reason: `${answer.reason}; the ring ends before the next attempt` };
  return { step: 'retry', atMs, reason: answer.reason };
}

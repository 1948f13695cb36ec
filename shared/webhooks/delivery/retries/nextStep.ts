import type { ResponseClass } from '../classifyResponse';
import type { Refusal } from '../deliveryPolicy';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The wait in milliseconds before each attempt, counted from the end of the attempt before: dense at first, because a
 * call rings for some 30 s, then that of the Standard Webhooks example ("Deliverability and reliability"). 15 attempts
 * over a little more than three days.
 */
export const scheduleMs: readonly number[] = [
  0,
  1 * SECOND_MS,
  2 * SECOND_MS,
  4 * SECOND_MS,
  8 * SECOND_MS,
  15 * SECOND_MS,
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/**
 * The wait in milliseconds after `attemptsMade` attempts, spread by ±20 % so that subscribers that failed together do
 * not come back together; undefined when there is no further attempt. @param random from 0 to 1; 0.5 is the schedule itself.
 */
export function retryDelayMs(attemptsMade: number, random: number): number | undefined {
  const delayMs = scheduleMs[attemptsMade];
  return delayMs === undefined ? undefined : Math.round(delayMs * (0.8 + 0.4 * random));
}

/** How often a subscriber whose response is permanent is tried inside a ring. */
export const MAX_PERMANENT_ATTEMPTS = 5;
/** Deliveries that were refused together do not come back together. */
const SPREAD_MS = 10_000;
/** As SPREAD_MS, for a subscriber that may only stand still for some seconds while calls ring. */
const STALLED_SPREAD_MS = 3_000;
/**
 * An end of call waits at least as long as its subscriber has failed, and at most an hour: it is moved once or twice while that is
 * down, and not each half minute, which would be most of the four messages that a call may cost.
 */
const MIN_OPEN_WAIT_MS = 120_000;
const MAX_FAILING_WAIT_MS = 3_600_000;

export interface StepInput {
  /** Number of the attempt that was made, or was due, from 1. */
  readonly attempt: number;
  /** How often the delivery was moved to a later time; a move uses up a step of the schedule but no attempt. */
  readonly moves: number;
  readonly nowMs: number;
  /** The event's `expirytime`, where it has one. */
  readonly expiryTimeMs: number | undefined;
  /** From 0 to 1; 0.5 is the schedule itself. */
  readonly random: number;
}

/** What becomes of a delivery. `reason` is a sentence for its owner. */
export type NextStep =
  | { readonly step: 'delivered' }
  | { readonly step: 'retry' | 'move'; readonly atMs: number; readonly reason: string }
  | { readonly step: 'dead' | 'disable'; readonly reason: string }
  /** `isLost`: because the subscriber did not take it in time. */
  | { readonly step: 'expired'; readonly reason: string; readonly isLost: boolean };

/**
 * The step after an attempt. A retry comes after the schedule's wait or `Retry-After`, whichever is longer; one that would
 * come when the ring is over is not made. Pure.
 */
export function stepAfterAttempt(response: ResponseClass, input: StepInput): NextStep {
  if (response.class === 'delivered') return { step: 'delivered' };
  const { reason } = response;
  if (response.class === 'gone') return { step: 'disable', reason };
  if (response.class === 'notStarted') return stepAfterWait(reason, input);
  const isRing = input.expiryTimeMs !== undefined;
  if (response.class === 'permanent' && isRing && input.attempt >= MAX_PERMANENT_ATTEMPTS)
    return { step: 'dead', reason: `${reason}, ${String(MAX_PERMANENT_ATTEMPTS)} times` };
  const retryAfterMs = 'retryAfterMs' in response ? response.retryAfterMs : undefined;
  return later('retry', reason, input.nowMs + (retryAfterMs ?? 0), input);
}

/**
 * The step after the delivery policy refused: not before it admits something again, and not before the schedule's next wait is
 * over. Pure.
 */
export function stepAfterRefusal({ why, untilMs, failingForMs, lastFailure }: Refusal, input: StepInput): NextStep {
  if (why === 'busy') return stepAfterWait('too many deliveries wait for the subscriber', input);
  if (why === 'stalled')
    return notLost(
      later(
        'move',
        'the subscriber answers none of the attempts under way',
        untilMs + input.random * STALLED_SPREAD_MS,
        input,
      ),
    );
  const reason = why === 'throttled' ? 'the subscriber asked to wait' : `its circuit is open: ${lastFailure}`;
  const longMs = Math.min(Math.max(failingForMs, why === 'throttled' ? 0 : MIN_OPEN_WAIT_MS), MAX_FAILING_WAIT_MS);
  const earliestMs = input.expiryTimeMs === undefined ? Math.max(untilMs, input.nowMs + longMs) : untilMs;
  return later('move', reason, earliestMs + input.random * SPREAD_MS, input);
}

/**
 * The step of an attempt that could not begin in time: the first time due at once, then by the schedule. A ring that ends before
 * was not lost by its subscriber. Pure.
 */
export function stepAfterWait(reason: string, input: StepInput): NextStep {
  return notLost(
    input.attempt + input.moves === 1
      ? unlessOver({ step: 'move', atMs: input.nowMs, reason }, input)
      : later('move', reason, input.nowMs, input),
  );
}

/** The step where what it depends on could not be read in time. Pure. */
export function stepWithoutState(input: StepInput): NextStep {
  return notLost(later('move', 'storage did not respond', input.nowMs, input));
}

/** The step of a ring that is over before the subscription's rate lets it be sent. Pure. */
export function stepAfterLatePace(): NextStep {
  return { step: 'expired', reason: 'the ring ends before the subscription’s rate admits it', isLost: false };
}

function notLost(next: NextStep): NextStep {
  return next.step === 'expired' ? { ...next, isLost: false } : next;
}

function later(step: 'retry' | 'move', reason: string, earliestMs: number, input: StepInput): NextStep {
  const stepsUsed = input.attempt + input.moves;
  const delayMs = retryDelayMs(stepsUsed, input.random);
  if (delayMs === undefined) return { step: 'dead', reason: `${reason}; the last of ${String(stepsUsed)} steps` };
  return unlessOver({ step, atMs: Math.max(earliestMs, input.nowMs + delayMs), reason }, input);
}

/** The step, or `expired` for a ring that is over by then. */
function unlessOver(next: Extract<NextStep, { readonly atMs: number }>, { expiryTimeMs }: StepInput): NextStep {
  return expiryTimeMs !== undefined && next.atMs >= expiryTimeMs
    ? { step: 'expired', reason: `${next.reason}; the ring ends before the next attempt`, isLost: true }
    : next;
}

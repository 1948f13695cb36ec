import type { ResponseClass } from '../classifyResponse';
import type { Refusal } from '../deliveryPolicy';

/** 0, 1, 2, 4, 8, 15 s; 1, 5, 30 min; 2, 5, 10, 14, 20, 24 h. */
const SCHEDULE_SECONDS = [0, 1, 2, 4, 8, 15, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/**
 * The wait in milliseconds before each attempt, counted from the end of the attempt before: dense at first, because a
 * call rings for some 30 s, then that of the Standard Webhooks example ("Deliverability and reliability"). 15 attempts
 * over a little more than three days.
 */
export const scheduleMs: readonly number[] = SCHEDULE_SECONDS.map((seconds) => seconds * 1000);

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
 * An end of call waits twice as long as its subscriber has failed, and at most an hour: it is moved once or twice while that is
 * down, and not each half minute, which would be most of the four messages that a call may cost.
 */
const MIN_OPEN_WAIT_MS = 120_000;
const MAX_FAILING_WAIT_MS = 3_600_000;
/** A ring is not moved into its last seconds: an attempt inside a ring may take as long, and then nobody can answer the call. */
const LEAST_RING_MS = 5_000;

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
  const longMs = Math.min(Math.max(2 * failingForMs, why === 'throttled' ? 0 : MIN_OPEN_WAIT_MS), MAX_FAILING_WAIT_MS);
  const earliestMs = input.expiryTimeMs === undefined ? Math.max(untilMs, input.nowMs + longMs) : untilMs;
  return later('move', reason, earliestMs + input.random * SPREAD_MS, input, LEAST_RING_MS);
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

/** The step of a ring that is over before the subscription's rate lets it be sent. */
export const stepAfterLatePace = {
  step: 'expired',
  reason: 'the ring ends before the subscription’s rate admits it',
  isLost: false,
} as const satisfies NextStep;

function notLost(next: NextStep): NextStep {
  return next.step === 'expired' ? { ...next, isLost: false } : next;
}

function later(
  step: 'retry' | 'move',
  reason: string,
  earliestMs: number,
  input: StepInput,
  leastRingMs = 0,
): NextStep {
  const stepsUsed = input.attempt + input.moves;
  const delayMs = retryDelayMs(stepsUsed, input.random);
  if (delayMs === undefined) return { step: 'dead', reason: `${reason}; the last of ${String(stepsUsed)} steps` };
  return unlessOver({ step, atMs: Math.max(earliestMs, input.nowMs + delayMs), reason }, input, leastRingMs);
}

/** The step, or `expired` for a ring of which less is left by then. */
function unlessOver(
  next: Extract<NextStep, { readonly atMs: number }>,
  { expiryTimeMs }: StepInput,
  leastRingMs = 0,
): NextStep {
  if (expiryTimeMs === undefined || next.atMs + leastRingMs < expiryTimeMs) return next;
  const isOver = next.atMs >= expiryTimeMs;
  const why = isOver ? 'the ring ends before the next attempt' : 'the ring is almost over by the next attempt';
  return { step: 'expired', reason: `${next.reason}; ${why}`, isLost: true };
}

import { MAX_REASON_LENGTH, type DeliveryOutcome, type LaterAttempt } from '../../invitations/record/deliveryResult';
import type { Subscription } from '../subscriptions/subscription';
import type { NextStep } from './retries/nextStep';
import type { RelayError } from '../../errors/relayError';
import type { AttemptMessage } from './retries/retryMessage';

/**
 * A move leaves the delivery's row as it is while that names a time at most so long before the one at which it is tried. While a
 * circuit is open its deliveries are moved every half minute, and their rows would cost most of what storage has to do.
 */
export const RECORD_LAG_MS = 300_000;

/** One event for one subscriber: the attempt that is due. */
export interface Delivery extends Pick<AttemptMessage, 'event' | 'attempt' | 'moves' | 'redelivery' | 'dueOnRecordMs'> {
  readonly subscription: Pick<Subscription, 'id'>;
}

/** What became of it: the attempt as it is recorded, and the message that goes on with it. */
export interface DeliveryEnd {
  readonly attempt: LaterAttempt;
  /** The response's first 4 KiB, redacted; of an attempt that was not delivered. */
  readonly response?: string;
  readonly next?: { readonly message: AttemptMessage; readonly atMs: number };
  /** That the subscription is to be disabled, and why. */
  readonly disable?: string;
  /** That its owner did not get what was meant for it, through the subscriber's own fault. */
  readonly isLost: boolean;
}

/** A request that was made. */
export interface MadeAttempt {
  readonly durationMs: number;
  readonly status?: number;
  readonly body?: string;
}

/**
 * A step, or a wait for the time that the subscription's rate gives, which uses up no step of the schedule, or that a newer snapshot is
 * sent in its place, or that the subscription is not active.
 */
export type EndStep =
  | NextStep
  | { readonly step: 'pace'; readonly atMs: number; readonly reason: string }
  | { readonly step: 'superseded' | 'inactive'; readonly reason: string };

type LaterStep = Extract<EndStep, { readonly atMs: number }>;

const outcomes = {
  delivered: 'delivered',
  retry: 'retrying',
  move: 'retrying',
  pace: 'retrying',
  expired: 'expired',
  superseded: 'superseded',
  dead: 'dead',
  disable: 'disabled',
  inactive: 'disabled',
} as const satisfies Record<EndStep['step'], DeliveryOutcome>;

/** @param nowMs when it ended @param made the request, where one was made. Pure. */
export function toEnd(of: Delivery, step: EndStep, nowMs: number, made?: MadeAttempt): DeliveryEnd {
  return {
    attempt: toAttempt(of, step, nowMs, made),
    ...(made?.body !== undefined && step.step !== 'delivered' && { response: made.body }),
    ...('atMs' in step && { next: { message: nextMessage(of, step), atMs: step.atMs } }),
    ...(step.step === 'disable' && { disable: step.reason }),
    isLost: step.step === 'dead' || (step.step === 'expired' && step.isLost),
  };
}

function toAttempt(of: Delivery, step: EndStep, nowMs: number, made?: MadeAttempt): LaterAttempt {
  const { subscription, attempt, moves, redelivery } = of;
  return {
    subscriptionId: subscription.id,
    outcome: outcomes[step.step],
    attempted: made !== undefined,
    durationMs: made?.durationMs ?? 0,
    ...(made?.status !== undefined && { status: made.status }),
    ...('reason' in step && { reason: shorten(step.reason) }),
    ...('atMs' in step && { nextAtMs: step.atMs }),
    ...(redelivery !== undefined && { redeliveryId: redelivery.id }),
    attempt,
    moves,
    atMs: nowMs,
  };
}

/** What becomes of a delivery whose next message the bus refuses for good: it ends. Pure. */
export function toRefusedEnd({ next: _next, ...end }: DeliveryEnd, { message }: RelayError): DeliveryEnd {
  const { nextAtMs: _nextAtMs, reason, ...attempt } = end.attempt;
  const before = reason === undefined ? '' : ` Before: ${reason}`;
  const ended = { ...attempt, outcome: 'dead', reason: shorten(`no further attempt: ${message}${before}`) } as const;
  return { ...end, attempt: ended, isLost: true };
}

/** Whether the delivery's row is to be written: always, but for a move that the row may leave out and for what was handed over. */
export function changesRow({ attempt: { attempted }, next }: Pick<DeliveryEnd, 'attempt' | 'next'>): boolean {
  return attempted || next === undefined || next.message.dueOnRecordMs === next.atMs;
}

function nextMessage(
  { event, subscription, redelivery, attempt, moves, dueOnRecordMs = -Infinity }: Delivery,
  { step, atMs }: LaterStep,
): AttemptMessage {
  const isRetry = step === 'retry';
  return {
    kind: 'attempt',
    event,
    subscriptionId: subscription.id,
    ...(redelivery !== undefined && { redelivery }),
    attempt: isRetry ? attempt + 1 : attempt,
    moves: step === 'move' ? moves + 1 : moves,
    ...(step === 'pace' && { isPaced: true }),
    dueOnRecordMs: isRetry || atMs - dueOnRecordMs > RECORD_LAG_MS ? atMs : dueOnRecordMs,
  };
}

function shorten(reason: string): string {
  return reason.length <= MAX_REASON_LENGTH ? reason : `${reason.slice(0, MAX_REASON_LENGTH - 1)}…`;
}

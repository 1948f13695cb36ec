import type { Clock } from '../../clock';
import type { DeliveryResult, LaterAttempt } from '../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { withDeadline } from '../../withDeadline';
import { ratePerMinuteOf, timeoutMsOf, type Subscription } from '../subscriptions/subscription';
import { toEnd, type DeliveryEnd } from './deliveryEnd';
import { stepAfterLatePace } from './retries/nextStep';
import type { NextFreeTime } from './pacing';
import { firstAttemptMessage } from './retries/retryMessage';

export interface HandOverPorts {
  readonly nextFreeTime: NextFreeTime;
  readonly clock: Clock;
}

/** In `deliverEvent` a request takes at most so long. */
export const FIRST_ATTEMPT_TIMEOUT_MS = 5_000;

/** Whether its deliveries begin in `retryDelivery`: they may take longer than this function has, or have their times given. */
export function isHandedOver(subscription: Subscription): boolean {
  return timeoutMsOf(subscription, true) > FIRST_ATTEMPT_TIMEOUT_MS || ratePerMinuteOf(subscription) !== undefined;
}

/** Leaves the first attempt to `retryDelivery`, due at once or at the time that the subscription's rate gives. */
export async function handOver(
  event: RelayEvent,
  subscription: Subscription,
  { nextFreeTime, clock }: HandOverPorts,
): Promise<DeliveryEnd> {
  const perMinute = ratePerMinuteOf(subscription);
  const reserved =
    perMinute === undefined
      ? undefined
      : await withDeadline(clock, nextFreeTime(subscription, perMinute)).catch(() => undefined);
  const atMs = reserved ?? clock.now();
  const message = firstAttemptMessage(event, subscription.id, reserved === undefined ? {} : { isPaced: true });
  if (atMs >= (event.expiryTimeMs ?? Infinity))
    return toEnd({ ...message, subscription }, stepAfterLatePace, clock.now());
  const result = { subscriptionId: subscription.id, outcome: 'retrying', attempted: false, durationMs: 0 } as const;
  return { attempt: toFirstAttempt({ ...result, nextAtMs: atMs }, clock), next: { message, atMs }, isLost: false };
}

/** A delivery that goes on, with its message: that is sent again, since it may be missing and the queue drops what it has. */
export function goOnAgain(
  event: RelayEvent,
  result: DeliveryResult,
  all: readonly Subscription[],
  clock: Clock,
): DeliveryEnd {
  const { subscriptionId, attempted, reason, nextAtMs } = result;
  const subscription = all.find(({ id }) => id === subscriptionId);
  const wasHandedOver = !attempted && reason === undefined;
  const message = firstAttemptMessage(event, subscriptionId, {
    attempt: attempted ? 2 : 1,
    moves: attempted || wasHandedOver ? 0 : 1,
    ...(wasHandedOver &&
      subscription !== undefined &&
      ratePerMinuteOf(subscription) !== undefined && { isPaced: true }),
  });
  const next = { message, atMs: nextAtMs ?? clock.now() };
  return { attempt: toFirstAttempt(result, clock), next, isLost: false };
}

/** The result of a first attempt as an attempt. */
export function toFirstAttempt(result: DeliveryResult, clock: Clock): LaterAttempt {
  return { ...result, attempt: 1, moves: 0, atMs: result.atMs ?? clock.now() };
}

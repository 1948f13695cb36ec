import type { Clock } from '../../clock';
import { toRelayError } from '../../errors/relayError';
import type { CallRecords } from '../../invitations/record/callRecords';
import { MAX_REASON_LENGTH, type LaterAttempt } from '../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../invitations/relayEvent';
import { recordRingToDelivery } from '../../telemetry/metrics';
import type { RenderedDelivery } from '../formats/renderDelivery';
import type { Subscription } from '../subscriptions/subscription';
import { classifyResponse, type ResponseClass } from './classifyResponse';
import type { DeliveryPolicies } from './deliveryPolicies';
import type { AttemptResult, Permit } from './deliveryPolicy';
import { createInOrder } from './inOrder';
import { isRing, judgeLateSnapshot, LATE_AFTER_MS, type LateVerdict } from './lateSnapshot';
import { moveTo, stepAfterAttempt, stepAfterRefusal, stepWithoutStorage, type NextStep } from './nextStep';
import type { PostSigned } from './postSigned';
import type { Render } from './renderOnce';
import type { AttemptMessage } from './retryMessage';
import { settlesBy, STORAGE_WAIT_MS, withDeadline } from '../../withDeadline';

export interface DeliverPorts {
  readonly records: Pick<CallRecords, 'readEvents'>;
  readonly policies: DeliveryPolicies;
  readonly post: PostSigned;
  readonly render: Render;
  readonly clock: Clock;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
}

/** One event for one subscriber: an attempt that is due. */
export interface DueDelivery extends Pick<AttemptMessage, 'event' | 'attempt' | 'moves' | 'redelivery'> {
  readonly subscription: Subscription;
  /** That it may have been tried before: then a snapshot is sent only while nothing has replaced it. */
  readonly isRepeated: boolean;
  readonly timeoutMs: number;
  /** Nothing waits for its place or for storage longer than this (milliseconds since the epoch). */
  readonly waitUntilMs: number;
  /** Settles when the event is on record; never rejects. */
  readonly recorded?: Promise<unknown>;
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

/** At most one attempt. Never rejects. */
export type Deliver = (due: DueDelivery) => Promise<DeliveryEnd>;

/**
 * Attempts of one call to one subscriber run one after another, in the order in which they were handed in; a late snapshot reads
 * its call's partition at most a second before it is sent. For one process.
 */
export function createDeliver(ports: DeliverPorts): Deliver {
  const { policies, clock, random } = ports;
  const inOrder = createInOrder();

  const stepInput = ({ attempt, moves, event }: DueDelivery) => ({
    attempt,
    moves,
    nowMs: clock.now(),
    expiryTimeMs: event.expiryTimeMs,
    random: random(),
  });

  const begin = async (due: DueDelivery, permit: Permit): Promise<DeliveryEnd> => {
    let learned: AttemptResult = { result: 'unknown' };
    try {
      const verdict = await judge(due, ports);
      if (verdict === 'unknown') return toEnd(due, stepWithoutStorage(stepInput(due)), clock.now());
      if ('outcome' in verdict) return toEnd(due, toStep(verdict), clock.now());
      const made = await makeAttempt(due, verdict, ports);
      if ('step' in made) return toEnd(due, made, clock.now());
      learned = toAttemptResult(made.response);
      return toEnd(due, stepAfterAttempt(made.response, stepInput(due)), clock.now(), made);
    } finally {
      permit.release(learned);
    }
  };

  return (due) => {
    const { subscription, event, waitUntilMs } = due;
    const policy = policies(subscription);
    return inOrder.run(`${subscription.id} ${event.subject}`, async (before) => {
      const refused = policy.refusal();
      if (refused !== undefined) return toEnd(due, stepAfterRefusal(refused, stepInput(due)), clock.now());
      const ready = Promise.all([before, due.recorded]);
      if (!(await settlesBy(clock, ready, waitUntilMs)))
        return toEnd(
          due,
          moveTo(clock.now(), 'an earlier event of the call is under way', stepInput(due)),
          clock.now(),
        );
      const permit = await policy.acquire(waitUntilMs);
      if (!permit.admitted) return toEnd(due, stepAfterRefusal(permit, stepInput(due)), clock.now());
      return begin(due, permit);
    });
  };
}

type Unsent = Exclude<LateVerdict, { readonly outcome: 'send' }>;

/** What is to be sent now, or why nothing is; what is read for that is at most a second old when the attempt begins. */
async function judge(
  due: DueDelivery,
  { records, render, clock }: DeliverPorts,
): Promise<RenderedDelivery | Unsent | 'unknown'> {
  const { event, subscription, waitUntilMs } = due;
  const isOver = (): boolean => event.expiryTimeMs !== undefined && clock.now() >= event.expiryTimeMs;
  const over = { outcome: 'expired', reason: 'the ring is over' } as const;
  if (isOver()) return over;
  const rendered = render(event, subscription);
  if (rendered === undefined)
    return { outcome: 'expired', reason: 'the subscription’s format shows nothing of this event any more' };
  const isLate = due.isRepeated || clock.now() - event.timeMs > LATE_AFTER_MS;
  if (!isLate || !isRing(event)) return rendered;
  const rendersIn = (other: RelayEvent): boolean => render(other, subscription) !== undefined;
  // A process that was frozen between the read and the attempt reads again.
  do {
    const readAtMs = clock.now();
    const waitMs = Math.min(STORAGE_WAIT_MS, waitUntilMs - readAtMs);
    const events = await withDeadline(clock, records.readEvents(event.subject), waitMs).catch(() => undefined);
    if (events === undefined) return 'unknown';
    if (isOver()) return over;
    if (clock.now() - readAtMs <= STORAGE_WAIT_MS) {
      const recorded = events.map((one) => one.event);
      const verdict = judgeLateSnapshot(event, recorded, subscription, rendersIn, due.redelivery?.exact === true);
      return verdict.outcome === 'send' ? rendered : verdict;
    }
  } while (clock.now() < waitUntilMs);
  return 'unknown';
}

interface MadeAttempt {
  readonly response: ResponseClass;
  readonly durationMs: number;
  readonly status?: number;
  readonly body?: string;
}

async function makeAttempt(
  { event, subscription, timeoutMs, redelivery }: DueDelivery,
  rendered: RenderedDelivery,
  { post, clock }: DeliverPorts,
): Promise<MadeAttempt | { readonly step: 'dead'; readonly reason: string }> {
  try {
    const result = await post(subscription, event.id, rendered, timeoutMs);
    const response = classifyResponse(result, clock.now());
    if (response.class === 'delivered' && redelivery === undefined)
      recordRingToDelivery(clock.now() - event.timeMs, event.type);
    const { durationMs } = result;
    return {
      response,
      durationMs,
      ...(result.kind === 'response' && { status: result.status, body: result.body }),
    };
  } catch (error) {
    // Nothing was sent: the secret cannot be decrypted with the keys that this process has.
    return { step: 'dead', reason: toRelayError(error).message };
  }
}

function toAttemptResult(response: ResponseClass): AttemptResult {
  if (response.class === 'throttled') return { result: 'throttled', retryAfterMs: response.retryAfterMs };
  return { result: response.class === 'delivered' ? 'succeeded' : 'failed' };
}

function toStep({ outcome, reason }: Unsent): EndStep {
  return outcome === 'expired' ? { step: 'expired', reason, isLost: false } : { step: 'superseded', reason };
}

type EndStep = NextStep | { readonly step: 'superseded'; readonly reason: string };

const outcomes = {
  delivered: 'delivered',
  retry: 'retrying',
  move: 'retrying',
  expired: 'expired',
  superseded: 'superseded',
  dead: 'dead',
  disable: 'disabled',
} as const;

function toEnd(due: DueDelivery, step: EndStep, nowMs: number, made?: MadeAttempt): DeliveryEnd {
  const { subscription, attempt, moves, redelivery } = due;
  const isLater = step.step === 'retry' || step.step === 'move';
  return {
    attempt: {
      subscriptionId: subscription.id,
      outcome: outcomes[step.step],
      attempted: made !== undefined,
      durationMs: made?.durationMs ?? 0,
      ...(made?.status !== undefined && { status: made.status }),
      ...('reason' in step && { reason: shorten(step.reason) }),
      ...(isLater && { nextAtMs: step.atMs }),
      ...(redelivery !== undefined && { redeliveryId: redelivery.id }),
      attempt,
      moves,
      atMs: nowMs,
    },
    ...(made?.body !== undefined && step.step !== 'delivered' && { response: made.body }),
    ...(isLater && { next: { message: nextMessage(due, step.step === 'retry'), atMs: step.atMs } }),
    ...(step.step === 'disable' && { disable: step.reason }),
    isLost: step.step === 'dead' || (step.step === 'expired' && step.isLost),
  };
}

function nextMessage(
  { event, subscription, redelivery, attempt, moves }: DueDelivery,
  isRetry: boolean,
): AttemptMessage {
  return {
    kind: 'attempt',
    event,
    subscriptionId: subscription.id,
    ...(redelivery !== undefined && { redelivery }),
    attempt: isRetry ? attempt + 1 : attempt,
    moves: isRetry ? moves : moves + 1,
  };
}

function shorten(reason: string): string {
  return reason.length <= MAX_REASON_LENGTH ? reason : `${reason.slice(0, MAX_REASON_LENGTH - 1)}…`;
}

import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';
import { retryInPlace } from '../messaging/retryInPlace';
import type { Log } from '../telemetry/log';
import { countDelivery, recordRingToDelivery } from '../telemetry/metrics';
import { fromTraceParent, note, withSpan } from '../telemetry/trace';
import type { AttemptDelivery } from './attemptDelivery';
import { reasonToDisable, type AutoDisable } from './autoDisable';
import { classifyResponse, type ResponseClass, type SendResult } from './delivery/classifyResponse';
import { deliveryIdOf, type DeliveryMessage } from './deliveryMessage';
import { createLookAtOrder, type Circumstances } from './lookAtOrder';
import { nextStep, type NextStep } from './nextStep';
import { putOffUntilMs } from './putOff';
import type {
  DeliveryCounts,
  DeliveryJournal,
  DeliveryLogEntry,
  DeliveryOutcome,
  DeliveryQueue,
  SubscriptionStore,
} from './ports';
import type { Refusal, SubscriberGate, Visit } from './subscriberGate';
import type { Subscription } from './subscriptions/subscription';
import { createUnderWay } from './underWay';

export interface DeliverPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'find'>;
  readonly journal: Pick<DeliveryJournal, 'read' | 'begin' | 'write' | 'hasten' | 'advance' | 'find' | 'counts'>;
  readonly queue: DeliveryQueue;
  readonly gate: SubscriberGate;
  readonly attempt: AttemptDelivery;
  readonly disable: AutoDisable;
  readonly clock: Clock;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
  readonly log: Log;
}

/** What became of a message: where its delivery stands, or that it was put off, or that it had been dealt with before. */
export type DeliverResult = DeliveryOutcome | 'deferred' | 'alreadyDone';

/**
 * Deals with one message of `webhook-deliveries`; when it resolves, the message may be completed.
 * @param isFirstTime whether this is known to be the first time that the bus gives the message out.
 */
export type Deliver = (message: DeliveryMessage, isFirstTime?: boolean) => Promise<DeliverResult>;

const STORAGE_WAIT_MS = 2000;
/** A message whose host died comes again when its lock has run out, in seconds; a busy bus may take its time. */
const REMEMBERED_MS = 600_000;
/** The rest of a subscriber that asks for some and does not say how much. */
const DEFAULT_REST_MS = 5000;

/**
 * The second hop: at most one attempt for each message. Whatever follows (log, order, the scheduled copy)
 * is durable before it resolves, and each step may be done twice, so that a crash anywhere costs at most a duplicate
 * with the same `webhook-id`. It rejects only after an attempt whose outcome could not be kept, or when the bus takes
 * no copy: leave the message to be redelivered then.
 */
export function createDeliver(ports: DeliverPorts): Deliver {
  const { subscriptions, journal, queue, gate, attempt, disable, clock, random, log } = ports;

  const lookAtOrder = createLookAtOrder({ journal, clock });
  const underWay = createUnderWay();

  const persist = <T>(work: () => Promise<T>): Promise<T> => retryInPlace(work, { clock, random });

  const defer = async (message: DeliveryMessage, atMs: number): Promise<'deferred'> => {
    await persist(() => queue.enqueue([{ message: { ...message, deferrals: message.deferrals + 1 }, atMs }]));
    return 'deferred';
  };

  /** In the log, and then how far its event has come by it; each tried again by itself, so that nothing counts twice. */
  const record = async (entry: DeliveryLogEntry, isAwaited: boolean): Promise<DeliveryCounts> => {
    const counts = await persist(() => journal.write(entry, isAwaited));
    await persist(() => journal.advance(entry));
    return counts;
  };

  /** Ends a delivery for which no attempt is made. */
  const end = async (
    message: DeliveryMessage,
    outcome: DeliveryOutcome,
    reason: string,
    isFollowed: () => boolean,
  ): Promise<DeliverResult> => {
    await record({ ...entryOf(message, clock.now()), attempted: false, durationMs: 0, outcome, reason }, isFollowed());
    return outcome;
  };

  /** Nothing can be sent now: later, then, unless the ring is over by that time. */
  const turnAway = (
    message: DeliveryMessage,
    { why }: Refusal,
    atMs: number | undefined,
    isFollowed: () => boolean,
  ): Promise<DeliverResult> =>
    atMs === undefined
      ? end(message, 'expired', `the ring ends before the subscriber can be tried: ${why}`, isFollowed)
      : defer(message, atMs);

  const makeAttempt = async (
    message: DeliveryMessage,
    subscription: Subscription,
    isFollowed: () => boolean,
  ): Promise<DeliverResult> => {
    const { event } = message;
    const admission = await gate.enter(subscription);
    if (!admission.admitted)
      return turnAway(message, admission, putOffUntilMs(admission, message, random()), isFollowed);
    let visit: Visit = { succeeded: undefined };
    let result: SendResult;
    let answer: ResponseClass;
    try {
      result = await attempt(subscription, event.id, message, event.expiryTimeMs !== undefined);
      answer = classifyResponse(result, clock.now());
      visit = toVisit(answer);
      if (answer.class === 'delivered' && message.round === 0)
        recordRingToDelivery(clock.now() - event.timeMs, event.type);
    } finally {
      admission.leave(visit);
    }
    const step = nextStep({
      answer,
      attempt: message.attempt,
      nowMs: clock.now(),
      expiryTimeMs: event.expiryTimeMs,
      random: random(),
    });
    return follow(message, subscription, result, step, isFollowed());
  };

  const follow = async (
    message: DeliveryMessage,
    subscription: Subscription,
    result: SendResult,
    step: NextStep,
    isAwaited: boolean,
  ): Promise<DeliverResult> => {
    const outcome = outcomeOf(step);
    const nextAtMs = step.step === 'retry' ? step.atMs : undefined;
    const entry: DeliveryLogEntry = {
      ...entryOf(message, clock.now()),
      attempted: true,
      durationMs: result.durationMs,
      outcome,
      ...(result.kind === 'response' && {
        status: result.status,
        ...(step.step !== 'delivered' && { response: result.body }),
      }),
      ...(step.step !== 'delivered' && { reason: step.reason }),
      ...(nextAtMs !== undefined && { nextAtMs }),
    };
    const counts = await record(entry, isAwaited);
    const reason = step.step === 'disable' ? step.reason : await whyFailing(subscription, counts);
    if (reason !== undefined) await disable(subscription, reason);
    if (nextAtMs !== undefined) await scheduleNext(message, nextAtMs);
    log.info('deliveryAttempted', {
      subscriptionId: subscription.id,
      eventId: message.event.id,
      attempt: message.attempt,
      outcome,
      durationMs: result.durationMs,
    });
    return outcome;
  };

  /** What this process has counted may be a part of it only: the whole has the last word. */
  const whyFailing = async ({ id }: Subscription, counts: DeliveryCounts): Promise<string | undefined> =>
    reasonToDisable(counts, clock.now()) === undefined
      ? undefined
      : reasonToDisable(await persist(() => journal.counts(id)), clock.now());

  /** The attempt was recorded, and then its host died. */
  const goOnFrom = async (entry: DeliveryLogEntry, message: DeliveryMessage): Promise<'alreadyDone'> => {
    await persist(() => journal.advance(entry));
    if (entry.nextAtMs !== undefined) await scheduleNext(message, entry.nextAtMs);
    return 'alreadyDone';
  };

  const scheduleNext = (message: DeliveryMessage, atMs: number): Promise<void> =>
    persist(() =>
      queue.enqueue([
        { message: { ...message, attempt: message.attempt + 1, deferrals: 0, isRepeated: undefined }, atMs },
      ]),
    );

  /** How a message stands. Where it is put off, because its subscriber takes nothing for now, the tables need not be asked. */
  const lookUp = async (message: DeliveryMessage, circumstances: Circumstances) => {
    const subscription = await subscriptions.find(message.subscriptionId);
    const refusal =
      circumstances.isNew && subscription?.state.name === 'active' ? gate.closed(subscription) : undefined;
    const atMs = refusal && putOffUntilMs(refusal, message, random());
    return {
      subscription,
      refusal,
      atMs,
      decision: atMs !== undefined ? ({ rule: 'go' } as const) : await lookAtOrder(message, circumstances),
    };
  };

  const deliver = async (message: DeliveryMessage, circumstances: Circumstances): Promise<DeliverResult> => {
    const { event } = message;
    const { isNew, isFollowed } = circumstances;
    let standing: Awaited<ReturnType<typeof lookUp>>;
    try {
      standing = await lookUp(message, circumstances);
    } catch (error) {
      if (!toRelayError(error).retryable) throw error;
      return defer(message, clock.now() + STORAGE_WAIT_MS);
    }
    const { subscription, refusal, atMs, decision } = standing;
    if (decision.rule === 'done') return 'alreadyDone';
    const recorded =
      isNew || decision.rule === 'repeat'
        ? undefined
        : await journal.find({ ...message, eventId: event.id }, Math.max(event.timeMs, clock.now() - REMEMBERED_MS));
    if (recorded !== undefined) return goOnFrom(recorded, message);
    if (decision.rule === 'repeat') {
      await scheduleNext(message, decision.nextAtMs);
      return 'alreadyDone';
    }
    if (subscription === undefined) return end(message, 'disabled', 'the subscription was deleted', isFollowed);
    if (subscription.state.name !== 'active')
      return end(message, 'disabled', `the subscription is ${subscription.state.name}`, isFollowed);
    if (decision.rule === 'stale')
      return end(message, 'expired', 'the end of the call has been sent already', isFollowed);
    if (event.expiryTimeMs !== undefined && clock.now() >= event.expiryTimeMs)
      return end(message, 'expired', 'the ring is over', isFollowed);
    if (refusal !== undefined) return turnAway(message, refusal, atMs, isFollowed);
    if (decision.rule === 'wait') {
      gate.passOn(subscription);
      return defer(message, decision.untilMs);
    }
    return makeAttempt(message, subscription, isFollowed);
  };

  return (given, isFirstTime = false) => {
    const isNew = isFirstTime && given.isRepeated !== true;
    // A copy that is put off is new to the bus; what may have been done before must not be forgotten by it.
    const message = isNew ? given : { ...given, isRepeated: true };
    const { event, subscriptionId, attempt: ordinal } = message;
    const facts = () => ({
      'cloudevents.event_id': event.id,
      'cloudevents.event_type': event.type,
      'relay.subscription': subscriptionId,
      'relay.attempt': ordinal,
    });
    return withSpan('deliver', { kind: 'consumer', parent: fromTraceParent(message.traceParent), facts }, async () => {
      const result = await underWay.run(`${subscriptionId} ${event.subject}`, (before, isFollowed) =>
        deliver(message, { isNew, before, isFollowed }),
      );
      note({ 'relay.outcome': result });
      countDelivery(result);
      return result;
    });
  };
}

function entryOf({ subscriptionId, event, round, attempt }: DeliveryMessage, atMs: number) {
  return {
    subscriptionId,
    deliveryId: deliveryIdOf(event),
    eventId: event.id,
    type: event.type,
    subject: event.subject,
    round,
    attempt,
    atMs,
  };
}

function outcomeOf({ step }: NextStep): DeliveryOutcome {
  return step === 'retry' ? 'retrying' : step === 'disable' ? 'disabled' : step;
}

function toVisit(answer: ResponseClass): Visit {
  if (answer.class === 'throttled') return { succeeded: undefined, restMs: answer.retryAfterMs ?? DEFAULT_REST_MS };
  return { succeeded: answer.class === 'delivered' };
}

import type { Clock } from '../../clock';
import type { CallRecords } from '../../invitations/record/callRecords';
import type { Log } from '../../telemetry/log';
import { countDelivery } from '../../telemetry/metrics';
import { fromTraceParent, note, withSpan } from '../../telemetry/trace';
import { ratePerMinuteOf, timeoutMsOf, type Subscription } from '../subscriptions/subscription';
import type { SubscriptionStore } from '../subscriptions/subscriptionStore';
import type { Deliver, DeliveryEnd, DueDelivery } from './deliver';
import { MAX_WAIT_MS, type DeliverEvent } from './deliverEvent';
import { recordDelayMs, toTroubledDelivery, type KeepRecord } from './keepRecord';
import type { NextFreeTime } from './pacing';
import type { AttemptMessage, RecordMessage, RetryMessage } from './retryMessage';
import type { RetryQueue, ScheduledRetry } from './retryQueue';
import type { SubscriberWatch } from './subscriberWatch';
import { withDeadline } from '../../withDeadline';

export interface RetryDeliveryPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'find'>;
  readonly records: CallRecords;
  readonly deliver: Deliver;
  readonly deliverEvent: DeliverEvent;
  readonly keepRecord: KeepRecord;
  readonly nextFreeTime: NextFreeTime;
  readonly queue: RetryQueue;
  readonly watch: SubscriberWatch;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Handles one message of `webhook-retries`: one attempt, or a move to a later time, or a record that storage did not take.
 * When it resolves, the message may be completed; each step may be done twice. Rejects only when the bus takes no message.
 * @param isRepeated that the bus has given the message out before
 */
export type RetryDelivery = (message: RetryMessage, isRepeated: boolean) => Promise<void>;

const STORAGE_DELAY_MS = 2_000;
/** A reserved time so near is waited for by making the attempt. */
const PACE_SLACK_MS = 250;

export function createRetryDelivery(ports: RetryDeliveryPorts): RetryDelivery {
  return (message, isRepeated) => {
    const facts = () => ({
      'cloudevents.event_id': message.event.id,
      'cloudevents.event_type': message.event.type,
      'relay.message': message.kind,
      ...(message.kind === 'attempt' && {
        'relay.subscription': message.subscriptionId,
        'relay.attempt': message.attempt,
      }),
    });
    const parent = fromTraceParent(message.event.traceParent);
    return withSpan('retry delivery', { kind: 'consumer', parent, facts }, async () => {
      switch (message.kind) {
        case 'attempt':
          return makeAttempt(message, isRepeated, ports);
        case 'record':
          return recordAgain(message, ports);
        case 'event':
          await ports.deliverEvent(message.event, { deliveryCount: 2, enqueuedAtMs: message.enqueuedAtMs });
      }
    });
  };
}

async function makeAttempt(message: AttemptMessage, isRepeated: boolean, ports: RetryDeliveryPorts): Promise<void> {
  const { subscriptions, queue, deliver, watch, clock, log } = ports;
  const { event, subscriptionId, attempt, moves } = message;
  const waitUntilMs = clock.now() + MAX_WAIT_MS;
  let subscription: Subscription | undefined;
  try {
    subscription = await withDeadline(clock, subscriptions.find(subscriptionId));
  } catch {
    await queue.send([{ message: { ...message, moves: moves + 1 }, atMs: clock.now() + STORAGE_DELAY_MS }]);
    return;
  }
  // Its rows went with it.
  if (subscription === undefined) return;
  const pacedAtMs = await timeByRate(message, subscription, ports);
  if (pacedAtMs !== undefined && pacedAtMs < (event.expiryTimeMs ?? Infinity)) {
    await queue.send([{ message: { ...message, moves: moves + 1, isPaced: true }, atMs: pacedAtMs }]);
    return;
  }
  const isFirst = attempt === 1 && moves === 0 && message.redelivery === undefined && !isRepeated;
  const due: DueDelivery = {
    ...message,
    subscription,
    isRepeated: !isFirst,
    timeoutMs: timeoutMsOf(subscription, event.expiryTimeMs !== undefined),
    waitUntilMs,
  };
  const end = subscription.state.name === 'active' ? await deliver(due) : endInactive(due, subscription, clock.now());
  note({ 'relay.outcome': end.attempt.outcome });
  await recordAndGoOn(message, end, isFirst, ports);
  countDelivery(end.attempt.outcome, subscriptionId);
  const { outcome, attempted, durationMs } = end.attempt;
  log.debug('deliveryRetried', { subscriptionId, eventId: event.id, attempt, attempted, outcome, durationMs });
  await watch.observe(subscription, end);
}

/** Records the attempt, then sends the next copy; a record that storage did not take goes as a message beside it. */
async function recordAndGoOn(
  { event }: AttemptMessage,
  end: DeliveryEnd,
  isFirst: boolean,
  { records, keepRecord, queue, clock }: RetryDeliveryPorts,
): Promise<void> {
  const { attempt, next } = end;
  // A delivery that began here and went well was never in trouble.
  const hasRow = !(isFirst && attempt.outcome === 'delivered');
  const kept = await Promise.all([
    keepRecord(event, () => records.writeAttempt(event, attempt)),
    hasRow ? keepRecord(event, () => records.writeDelivery(toTroubledDelivery(event, end))) : 'kept',
  ]);
  const messages: ScheduledRetry[] = next === undefined ? [] : [next];
  if (kept.includes('noAnswer')) {
    const message = { kind: 'record', event, recordedAtMs: clock.now(), attempt, tries: 1 } as const;
    messages.push({ message, atMs: clock.now() + recordDelayMs(1) });
  }
  if (messages.length > 0) await queue.send(messages);
}

/** The time that a subscription's rate gives to a message that has none yet; undefined when it may be sent now. */
async function timeByRate(
  { isPaced }: AttemptMessage,
  subscription: Subscription,
  { nextFreeTime, clock }: RetryDeliveryPorts,
): Promise<number | undefined> {
  const perMinute = ratePerMinuteOf(subscription);
  if (perMinute === undefined || isPaced === true || subscription.state.name !== 'active') return undefined;
  const freeAtMs = await withDeadline(clock, nextFreeTime(subscription, perMinute)).catch(
    () => clock.now() + STORAGE_DELAY_MS,
  );
  return freeAtMs <= clock.now() + PACE_SLACK_MS ? undefined : freeAtMs;
}

function endInactive(due: DueDelivery, { id, state }: Subscription, nowMs: number): DeliveryEnd {
  return {
    attempt: {
      subscriptionId: id,
      outcome: 'disabled',
      attempted: false,
      durationMs: 0,
      reason: `the subscription is ${state.name}`,
      attempt: due.attempt,
      moves: due.moves,
      atMs: nowMs,
      ...(due.redelivery !== undefined && { redeliveryId: due.redelivery.id }),
    },
    isLost: false,
  };
}

/** Writes what storage did not take, or asks for another try later. */
async function recordAgain(
  message: RecordMessage,
  { records, keepRecord, queue, clock }: RetryDeliveryPorts,
): Promise<void> {
  const { event, attempt, tries, kind: _kind, ...recorded } = message;
  const troubled =
    attempt === undefined
      ? (recorded.results ?? []).flatMap((result) =>
          result.outcome === 'delivered' ? [] : [{ ...result, attempt: 1, moves: 0, atMs: recorded.recordedAtMs }],
        )
      : // One that goes on has a newer row by now, or will have.
        attempt.outcome === 'retrying'
        ? []
        : [attempt];
  const kept = await Promise.all([
    keepRecord(event, () =>
      attempt === undefined ? records.writeRecord({ event, ...recorded }) : records.writeAttempt(event, attempt),
    ),
    ...troubled.map((one) =>
      keepRecord(event, () => records.writeDelivery(toTroubledDelivery(event, { attempt: one }))),
    ),
  ]);
  if (!kept.includes('noAnswer')) return;
  await queue.send([{ message: { ...message, tries: tries + 1 }, atMs: clock.now() + recordDelayMs(tries + 1) }]);
}

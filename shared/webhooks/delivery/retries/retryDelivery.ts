import type { Clock } from '../../../clock';
import type { CallRecords } from '../../../invitations/record/callRecords';
import { invitationIdOf } from '../../../invitations/events/relayEvent';
import type { Log } from '../../../telemetry/log';
import { countDelivery } from '../../../telemetry/metrics';
import { fromTraceParent, setAttributes, withSpan } from '../../../telemetry/trace';
import { ratePerMinuteOf, timeoutMsOf, type Subscription } from '../../subscriptions/subscription';
import type { SubscriptionStore } from '../../subscriptions/subscriptionStore';
import type { Deliver } from '../deliver';
import { MAX_WAIT_MS, type DeliverEvent } from '../deliverEvent';
import { changesRow, toEnd, type DeliveryEnd } from '../deliveryEnd';
import { toTroubledDelivery, type KeepRecord, type Kept, type KeepRow } from '../keepRecord';
import { stepAfterLatePace, stepWithoutState } from './nextStep';
import type { OwnRound } from '../concurrency';
import type { NextFreeTime } from '../pacing';
import type { AttemptMessage, RecordMessage, RetryMessage } from './retryMessage';
import type { RetryQueue } from './retryQueue';
import { sendNext, type SendRecord } from './sendRetries';
import type { SubscriberWatch } from '../subscriberWatch';
import { withDeadline } from '../../../withDeadline';

export interface RetryDeliveryPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'find'>;
  readonly records: CallRecords;
  readonly deliver: Deliver;
  readonly deliverEvent: DeliverEvent;
  readonly ownRound: OwnRound;
  readonly keepRecord: KeepRecord;
  readonly keepRow: KeepRow;
  readonly nextFreeTime: NextFreeTime;
  readonly queue: RetryQueue;
  readonly sendRecord: SendRecord;
  readonly watch: SubscriberWatch;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Handles one message of `webhook-retries`: one attempt, or a move to a later time, or a record that storage did not take.
 * When it resolves, the message may be completed; each step may be done twice. A delivery whose next message the bus refuses for
 * good ends as `dead`. Rejects only when the bus takes no message.
 * @param isRepeated that the bus has given the message out before
 */
export type RetryDelivery = (message: RetryMessage, isRepeated: boolean) => Promise<void>;

const STORAGE_DELAY_MS = 2_000;
/** Rows wait for their turn for so long: messages that wait in the queue are better than more messages. */
const ROWS_WAIT_MS = 30_000;
/** A reserved time so near is waited for by making the attempt. */
const PACE_SLACK_MS = 250;

export function createRetryDelivery(ports: RetryDeliveryPorts): RetryDelivery {
  return (message, isRepeated) => {
    const attributes = () => ({
      'cloudevents.event_id': message.event.id,
      'cloudevents.event_type': message.event.type,
      'relay.message': message.kind,
      ...(message.kind === 'attempt' && {
        'relay.subscription': message.subscriptionId,
        'relay.attempt': message.attempt,
      }),
    });
    const parent = fromTraceParent(message.event.traceParent);
    return withSpan('retry delivery', { kind: 'consumer', parent, attributes }, async () => {
      switch (message.kind) {
        case 'attempt':
          await ports.ownRound();
          return makeAttempt(message, isRepeated, ports);
        case 'record':
          return recordAgain(message, ports);
        case 'event':
          await ports.deliverEvent(message.event, {
            deliveryCount: 2,
            enqueuedAtMs: message.enqueuedAtMs,
            tries: message.tries,
          });
      }
    });
  };
}

async function makeAttempt(message: AttemptMessage, isRepeated: boolean, ports: RetryDeliveryPorts): Promise<void> {
  const { subscriptions, watch, clock, log } = ports;
  const { event, subscriptionId, attempt, moves, redelivery } = message;
  const waitUntilMs = clock.now() + MAX_WAIT_MS;
  const isFirst = attempt === 1 && moves === 0 && redelivery === undefined && !isRepeated;
  const found = await withDeadline(clock, subscriptions.find(subscriptionId)).catch(() => 'unknown' as const);
  if (found === undefined || found === 'unknown') {
    const input = { attempt, moves, nowMs: clock.now(), expiryTimeMs: event.expiryTimeMs, random: ports.random() };
    const step = found === undefined ? removed : stepWithoutState(input);
    const end = toEnd({ ...message, subscription: { id: subscriptionId } }, step, clock.now());
    // The rows of a subscription's deliveries went with it.
    await recordAndGoOn(message, end, found === undefined ? 'never' : 'whenChanged', ports);
    return;
  }
  const made = await deliverWhenAllowed(message, found, { isFirst, waitUntilMs }, ports);
  // A delivery that began here and went well was never in trouble.
  const wasNeverInTrouble = isFirst && message.dueOnRecordMs === undefined && made.attempt.outcome === 'delivered';
  const end = await recordAndGoOn(message, made, wasNeverInTrouble ? 'never' : 'whenChanged', ports);
  setAttributes({ 'relay.outcome': end.attempt.outcome });
  countDelivery(end.attempt.outcome, subscriptionId);
  const { outcome, attempted, durationMs } = end.attempt;
  log.debug('deliveryRetried', {
    subscriptionId,
    eventId: event.id,
    invitationId: invitationIdOf(event),
    attempt,
    attempted,
    outcome,
    durationMs,
  });
  await watch.observe(found, end);
}

const removed = { step: 'inactive', reason: 'the subscription was removed' } as const;

/** The attempt, unless the subscription is not active or its rate gives the message a later time. */
async function deliverWhenAllowed(
  message: AttemptMessage,
  subscription: Subscription,
  { isFirst, waitUntilMs }: { readonly isFirst: boolean; readonly waitUntilMs: number },
  ports: RetryDeliveryPorts,
): Promise<DeliveryEnd> {
  const { deliver, clock } = ports;
  const { event } = message;
  const delivery = { ...message, subscription };
  const { name } = subscription.state;
  if (name !== 'active') {
    return toEnd(delivery, { step: 'inactive', reason: `the subscription is ${name}` }, clock.now());
  }
  const pacedAtMs = await timeByRate(message, subscription, ports);
  if (pacedAtMs === undefined) {
    const timeoutMs = timeoutMsOf(subscription, event.expiryTimeMs !== undefined);
    return deliver({ ...delivery, isRepeated: !isFirst, timeoutMs, waitUntilMs });
  }
  if (pacedAtMs >= (event.expiryTimeMs ?? Infinity)) return toEnd(delivery, stepAfterLatePace, clock.now());
  const step = { step: 'pace', atMs: pacedAtMs, reason: 'it waits for its time by the subscription’s rate' } as const;
  return toEnd(delivery, step, clock.now());
}

/**
 * Records the attempt, then sends the next copy; where the bus refuses that for good, the delivery is recorded anew as `dead`. A
 * record that storage did not take is tried again later. A move to a later time is no attempt: it only brings the delivery's row
 * up to date, where that would be too far behind. Resolves to the delivery's end.
 */
async function recordAndGoOn(
  { event }: AttemptMessage,
  made: DeliveryEnd,
  row: 'whenChanged' | 'never',
  { records, keepRow, queue, sendRecord, clock }: RetryDeliveryPorts,
): Promise<DeliveryEnd> {
  const record = (end: DeliveryEnd): Promise<readonly Kept[]> => {
    const untilMs = clock.now() + ROWS_WAIT_MS;
    return Promise.all([
      isMove(end) ? 'kept' : keepRow(event, () => records.writeAttempt(event, end.attempt), untilMs),
      row === 'whenChanged' && changesRow(end)
        ? keepRow(event, () => records.writeDelivery(toTroubledDelivery(event, end)), untilMs)
        : 'kept',
    ]);
  };
  const kept = await record(made);
  const [dead] = await sendNext([made], queue);
  const keptDead = dead === undefined ? [] : await record(dead);
  const end = dead ?? made;
  if (!isMove(end) && [...kept, ...keptDead].includes('noAnswer'))
    await sendRecord({ kind: 'record', event, recordedAtMs: clock.now(), attempt: end.attempt, tries: 1 });
  return end;
}

function isMove({ attempt: { attempted, outcome } }: DeliveryEnd): boolean {
  return !attempted && outcome === 'retrying';
}

/** The time that a subscription's rate gives to a message that has none yet; undefined when it may be sent now. */
async function timeByRate(
  { isPaced }: AttemptMessage,
  subscription: Subscription,
  { nextFreeTime, clock }: RetryDeliveryPorts,
): Promise<number | undefined> {
  const perMinute = ratePerMinuteOf(subscription);
  if (perMinute === undefined || isPaced === true) return undefined;
  const freeAtMs = await withDeadline(clock, nextFreeTime(subscription, perMinute)).catch(
    () => clock.now() + STORAGE_DELAY_MS,
  );
  return freeAtMs <= clock.now() + PACE_SLACK_MS ? undefined : freeAtMs;
}

/** Writes what storage did not take, or asks for another try later. */
async function recordAgain(
  message: RecordMessage,
  { records, keepRecord, keepRow, sendRecord, clock }: RetryDeliveryPorts,
): Promise<void> {
  const { event, attempt, tries, kind: _kind, ...recorded } = message;
  const first = (recorded.results ?? [])
    .filter(({ outcome }) => outcome !== 'delivered')
    .map((result) => ({ ...result, attempt: 1, moves: 0, atMs: result.atMs ?? recorded.recordedAtMs }));
  // A delivery that goes on has a newer row by now, or will have.
  const ended = (attempt === undefined ? first : [attempt]).filter(({ outcome }) => outcome !== 'retrying');
  const kept = await Promise.all([
    keepRecord(event, () =>
      attempt === undefined ? records.writeRecord({ event, ...recorded }) : records.writeAttempt(event, attempt),
    ),
    ...ended.map((one) =>
      keepRow(
        event,
        () => records.writeDelivery(toTroubledDelivery(event, { attempt: one })),
        clock.now() + ROWS_WAIT_MS,
      ),
    ),
  ]);
  if (kept.includes('noAnswer')) await sendRecord({ ...message, tries: tries + 1 });
}

import type { Clock } from '../../clock';
import type { CallRecord, CallRecords, RecordedEvent } from '../../invitations/record/callRecords';
import type { DeliveryResult } from '../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../invitations/relayEvent';
import { eventFacts } from '../../telemetry/eventFacts';
import { countDelivery } from '../../telemetry/metrics';
import { fromTraceParent, note, withSpan } from '../../telemetry/trace';
import { toPublicEvent } from '../formats/publicEvent';
import type { SubscriptionStore } from '../subscriptions/subscriptionStore';
import { matchesFilter } from '../subscriptions/matchesFilter';
import { ratePerMinuteOf, timeoutMsOf, type Subscription } from '../subscriptions/subscription';
import type { Deliver, DeliveryEnd } from './deliver';
import { recordDelayMs, toResult, toTroubledDelivery, type KeepRecord } from './keepRecord';
import { isAheadOfPredecessor, isCallEnd, isCallStart, isRing } from './lateSnapshot';
import type { NextFreeTime } from './pacing';
import type { RecentCalls } from './recentCalls';
import type { Render } from './renderOnce';
import { firstAttemptMessage } from './retryMessage';
import type { RetryQueue, ScheduledRetry } from './retryQueue';
import type { SubscriberWatch } from './subscriberWatch';
import { withDeadline } from '../../withDeadline';

export interface DeliverEventPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly records: CallRecords;
  readonly recentCalls: RecentCalls;
  readonly deliver: Deliver;
  readonly render: Render;
  readonly keepRecord: KeepRecord;
  readonly nextFreeTime: NextFreeTime;
  readonly queue: RetryQueue;
  readonly watch: SubscriberWatch;
  readonly clock: Clock;
}

/** What the platform says of the message. */
export interface EventArrival {
  /** How often the bus has given it out, this time included; 1 unless given. */
  readonly deliveryCount?: number | undefined;
  /** When the bus took it: milliseconds since the epoch. */
  readonly enqueuedAtMs?: number | undefined;
}

/** Resolves to the number of subscribers that the event is for, when the message may be completed. */
export type DeliverEvent = (event: RelayEvent, arrival?: EventArrival) => Promise<number>;

/** Nothing waits longer than this for its place; a request takes as long again at most. */
export const MAX_WAIT_MS = 5_000;
export const FIRST_ATTEMPT_TIMEOUT_MS = 5_000;
/** How long an event waits for the one before it, which another process may be handling. */
const PREDECESSOR_WAIT_MS = 250;
const WITHOUT_SUBSCRIPTIONS_DELAY_MS = 10_000;

/**
 * Records an event of the topic, sends it to every subscriber that it is for and records the results; what failed or was not
 * admitted gets a message of `webhook-retries` each. Ends within 12 s whatever subscribers, name servers and storage do; each
 * step may be done twice. Rejects only when the bus takes no message: the event is then redelivered.
 */
export function createDeliverEvent(ports: DeliverEventPorts): DeliverEvent {
  const { subscriptions, recentCalls, queue, clock } = ports;

  const deliverEvent = async (given: RelayEvent, arrival: EventArrival): Promise<number> => {
    const arrivedMs = clock.now();
    const event = toPublicEvent(given);
    const all = await withDeadline(clock, subscriptions.list(), MAX_WAIT_MS).catch(() => undefined);
    if (all === undefined) {
      const message = { kind: 'event', event, tries: 1, ...enqueued(arrival) } as const;
      await queue.send([{ message, atMs: arrivedMs + WITHOUT_SUBSCRIPTIONS_DELAY_MS }]);
      return 0;
    }
    const earlier = recentCalls.arrive(event);
    const startedAtMs = earlier?.startedAtMs ?? (isCallStart(event) ? event.timeMs : undefined);
    const record: CallRecord = {
      event,
      recordedAtMs: arrivedMs,
      ...enqueued(arrival),
      ...(startedAtMs !== undefined && { startedAtMs }),
    };
    const isRepeated = (arrival.deliveryCount ?? 1) > 1;
    const before = isRepeated ? await readBefore(event, ports) : undefined;
    const receivers = all.filter((subscription) => isFor(event, subscription, ports.render));
    await deliverToAll({ record, receivers, isRepeated, before, hasEarlier: earlier !== undefined }, ports);
    note({ 'relay.subscribers': receivers.length });
    return receivers.length;
  };

  return (event, arrival = {}) =>
    withSpan(
      'deliver event',
      { kind: 'consumer', parent: fromTraceParent(event.traceParent), facts: () => eventFacts(event) },
      () => deliverEvent(event, arrival),
    );
}

interface Arrived {
  readonly record: CallRecord;
  readonly receivers: readonly Subscription[];
  readonly isRepeated: boolean;
  /** What was recorded when the bus gave the event out before. */
  readonly before: RecordedEvent | undefined;
  /** That this process itself has handled an earlier event of the call. */
  readonly hasEarlier: boolean;
}

async function deliverToAll(arrived: Arrived, ports: DeliverEventPorts): Promise<void> {
  const { records, keepRecord, queue, watch, clock } = ports;
  const { record, receivers, before } = arrived;
  const { event } = record;
  const inserting = keepRecord(event, () => records.insertEvent(record));
  const recorded = inserting.then(() => (arrived.hasEarlier ? undefined : waitForPredecessor(event, ports)));
  const indexing = inserting.then(() => keepRecord(event, () => records.indexEvent(record)));
  const known = new Map(before?.results?.map((result) => [result.subscriptionId, result]));
  const ends = await Promise.all(
    receivers.map(async (subscription) => {
      const result = known.get(subscription.id);
      if (result !== undefined) return goOnFrom(event, subscription, result, clock);
      return handsOver(subscription)
        ? handOver(event, subscription, ports)
        : ports.deliver({
            event,
            subscription,
            attempt: 1,
            moves: 0,
            isRepeated: arrived.isRepeated,
            timeoutMs: timeoutMsOf(subscription, true),
            waitUntilMs: record.recordedAtMs + MAX_WAIT_MS,
            recorded,
          });
    }),
  );
  const results = ends.map(toResult);
  const isNews = receivers.some(({ id }) => !known.has(id));
  const inserted = await inserting;
  const kept = await Promise.all([
    indexing,
    isNews && inserted === 'kept' ? keepRecord(event, () => records.writeResults(event, results)) : inserted,
    ...ends
      .filter(isTroubled)
      .map((end) => keepRecord(event, () => records.writeDelivery(toTroubledDelivery(event, end)))),
  ]);
  const messages: ScheduledRetry[] = ends.flatMap(({ next }) => next ?? []);
  if (kept.includes('noAnswer') || inserted === 'noAnswer') {
    const message = { kind: 'record', ...record, ...(results.length > 0 && { results }), tries: 1 } as const;
    messages.push({ message, atMs: clock.now() + recordDelayMs(1) });
  }
  if (messages.length > 0) await queue.send(messages);
  for (const { attempt } of ends) countDelivery(attempt.outcome, attempt.subscriptionId);
  await Promise.all(receivers.map((subscription, index) => watch.observe(subscription, ends[index])));
}

/** Whether the event is for the subscriber: the subscription is active, its filters let it through and its format shows something of it. */
function isFor(event: RelayEvent, subscription: Subscription, render: Render): boolean {
  return (
    subscription.state.name === 'active' &&
    // What is said about a subscriber is not said to it: it would be one more delivery to fail.
    !(event.type.startsWith('ucwa.subscription.') && event.subject === subscription.id) &&
    matchesFilter(event, subscription.filters) &&
    render(event, subscription) !== undefined
  );
}

/** What is on record of an event that the bus gives out again; nothing where storage does not answer. */
async function readBefore(
  event: RelayEvent,
  { records, clock }: DeliverEventPorts,
): Promise<RecordedEvent | undefined> {
  return withDeadline(clock, records.readEvent(event)).catch(() => undefined);
}

/** Lets the event before this one come first where another process is handling it. Never rejects. */
async function waitForPredecessor(event: RelayEvent, { records, clock }: DeliverEventPorts): Promise<void> {
  if (isCallStart(event) || !(isRing(event) || isCallEnd(event))) return;
  const events = await withDeadline(clock, records.readEvents(event.subject)).catch(() => []);
  if (isAheadOfPredecessor(event, events)) await clock.sleep(PREDECESSOR_WAIT_MS);
}

/** That its deliveries begin in `retryDelivery`: they may take longer than this function has, or have their times given. */
function handsOver(subscription: Subscription): boolean {
  return timeoutMsOf(subscription, true) > FIRST_ATTEMPT_TIMEOUT_MS || ratePerMinuteOf(subscription) !== undefined;
}

async function handOver(
  event: RelayEvent,
  subscription: Subscription,
  { nextFreeTime, clock }: DeliverEventPorts,
): Promise<DeliveryEnd> {
  const perMinute = ratePerMinuteOf(subscription);
  const reserved =
    perMinute === undefined
      ? undefined
      : await withDeadline(clock, nextFreeTime(subscription, perMinute)).catch(() => undefined);
  const atMs = reserved ?? clock.now();
  const attempt = {
    subscriptionId: subscription.id,
    attempted: false,
    durationMs: 0,
    attempt: 1,
    moves: 0,
    atMs: clock.now(),
  };
  if (event.expiryTimeMs !== undefined && atMs >= event.expiryTimeMs)
    return {
      attempt: { ...attempt, outcome: 'expired', reason: 'the ring ends before its rate allows a delivery' },
      isLost: true,
    };
  const message = firstAttemptMessage(event, subscription.id, reserved === undefined ? {} : { isPaced: true });
  return { attempt: { ...attempt, outcome: 'retrying', nextAtMs: atMs }, next: { message, atMs }, isLost: false };
}

/** What was recorded of a delivery stands; its message is sent again, since the queue drops what it has. */
function goOnFrom(event: RelayEvent, subscription: Subscription, result: DeliveryResult, clock: Clock): DeliveryEnd {
  const attempt = { ...result, attempt: 1, moves: 0, atMs: result.atMs ?? clock.now() };
  if (result.outcome !== 'retrying') return { attempt, isLost: false };
  const isHandedOver = !result.attempted && handsOver(subscription);
  const message = firstAttemptMessage(event, subscription.id, {
    attempt: result.attempted ? 2 : 1,
    moves: result.attempted || isHandedOver ? 0 : 1,
    ...(isHandedOver && ratePerMinuteOf(subscription) !== undefined && { isPaced: true }),
  });
  return { attempt, next: { message, atMs: result.nextAtMs ?? clock.now() }, isLost: false };
}

/** A delivery that was handed over has not failed. */
function isTroubled({ attempt: { outcome, attempted, reason } }: DeliveryEnd): boolean {
  return outcome !== 'delivered' && (attempted || reason !== undefined);
}

function enqueued({ enqueuedAtMs }: EventArrival): Pick<RecordedEvent, 'enqueuedAtMs'> {
  return enqueuedAtMs === undefined ? {} : { enqueuedAtMs };
}

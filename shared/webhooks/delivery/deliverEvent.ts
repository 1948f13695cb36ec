import type { Clock } from '../../clock';
import { compact } from '../../invitations/compact';
import type { CallContext } from '../../invitations/calls/callData';
import { isCallEvent, isContextEvent } from '../../invitations/calls/callEvent';
import { withContext } from '../../invitations/calls/withContext';
import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { CallRecord, CallRecords } from '../../invitations/record/callRecords';
import type { DeliveryResult } from '../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { eventAttributes } from '../../telemetry/eventAttributes';
import { countDelivery } from '../../telemetry/metrics';
import { fromTraceParent, setAttributes, withSpan } from '../../telemetry/trace';
import { toPublicEvent } from '../formats/publicEvent';
import type { SubscriptionStore } from '../subscriptions/subscriptionStore';
import { matchesFilter } from '../subscriptions/matchesFilter';
import { timeoutMsOf, type Subscription } from '../subscriptions/subscription';
import type { Deliver } from './deliver';
import { changesRow, type DeliveryEnd } from './deliveryEnd';
import { createInOrder } from './concurrency';
import { insertEventRow, mayWaitForResults, waitForEarlier } from './eventRow';
import { goOnAgain, handOver, isHandedOver, toFirstAttempt } from './handOver';
import { toResult, toTroubledDelivery, type KeepRecord, type Kept, type KeepRow } from './keepRecord';
import { isCallStart } from './lateSnapshot';
import type { NextFreeTime } from './pacing';
import type { RecentCalls } from './recentCalls';
import type { Render } from '../formats/renderDelivery';
import { sendNext, type SendRecord } from './retries/sendRetries';
import type { RetryQueue } from './retries/retryQueue';
import type { SubscriberWatch } from './subscriberWatch';
import { withDeadline } from '../../withDeadline';

export interface DeliverEventPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'list' | 'usesContexts'>;
  readonly records: CallRecords;
  readonly recentCalls: RecentCalls;
  readonly deliver: Deliver;
  readonly render: Render;
  readonly keepRecord: KeepRecord;
  readonly keepRow: KeepRow;
  readonly nextFreeTime: NextFreeTime;
  readonly queue: RetryQueue;
  readonly sendRecord: SendRecord;
  readonly watch: SubscriberWatch;
  readonly clock: Clock;
}

/** What the platform says of the message. */
export interface EventArrival {
  /** How often the bus has given it out, this time included; 1 unless given. */
  readonly deliveryCount?: number | undefined;
  /** When the bus took it: milliseconds since the epoch. */
  readonly enqueuedAtMs?: number | undefined;
  /** How often its subscribers could not be read before; 0 unless given. */
  readonly tries?: number;
}

/** Resolves to the number of subscribers that the event is for, when the message may be completed. */
export type DeliverEvent = (event: RelayEvent, arrival?: EventArrival) => Promise<number>;

/** Nothing waits longer than this for its place. */
export const MAX_WAIT_MS = 5_000;
/** Rows of its deliveries wait for their turn for so long from the event's arrival. */
const ROWS_WAIT_MS = 10_000;
/** An event so old may have been given out again while this process stood still: another one may have handled it. */
const LOCK_MS = 10_000;
/** An event whose subscribers cannot be read is tried again after 5 s, then at twice the distance, up to an hour. */
const FIRST_REREAD_MS = 5_000;
const MAX_REREAD_MS = 3_600_000;

/**
 * Records an event of the topic, sends it to every subscriber that it is for and records the results; what failed or was not
 * admitted gets a message of `webhook-retries` each. Ends within 12 s whatever subscribers, name servers and storage do; each
 * step may be done twice. A delivery whose message the bus refuses for good is recorded as `dead`. Rejects when the bus takes
 * no message, or, while subscribers cannot be read, refuses the event: it is then redelivered.
 */
export function createDeliverEvent(ports: DeliverEventPorts): DeliverEvent {
  const { subscriptions, recentCalls, queue, clock } = ports;
  const attachContext = createAttachContext(ports);
  const inOrder = createInOrder();
  // What is read for an event of a call may come later than that for the next: they go on in their order.
  const read = (given: RelayEvent) =>
    inOrder.run(given.subject, given.sequence, async (ready) => {
      const [event, all] = await Promise.all([
        attachContext(given),
        withDeadline(clock, subscriptions.list(), MAX_WAIT_MS).catch(() => undefined),
      ]);
      await ready();
      return { event: toPublicEvent(event), all };
    });

  const deliverEvent = async (given: RelayEvent, arrival: EventArrival): Promise<number> => {
    const arrivedMs = clock.now();
    const { event, all } = await read(given);
    const enqueued = compact({ enqueuedAtMs: arrival.enqueuedAtMs });
    if (all === undefined) {
      const tries = (arrival.tries ?? 0) + 1;
      const delayMs = Math.min(FIRST_REREAD_MS * 2 ** (tries - 1), MAX_REREAD_MS);
      const message = { kind: 'event', event, tries, ...enqueued } as const;
      const [refused] = await queue.send([{ message, atMs: clock.now() + delayMs }]);
      if (refused !== undefined) throw refused.refusal;
      return 0;
    }
    const earlier = recentCalls.arrive(event);
    const startedAtMs = isCallStart(event) ? event.timeMs : earlier?.startedAtMs;
    const record: CallRecord = { event, recordedAtMs: arrivedMs, ...enqueued, ...compact({ startedAtMs }) };
    const isRepeated = (arrival.deliveryCount ?? 1) > 1 || arrivedMs - event.timeMs > LOCK_MS;
    const known = isRepeated ? await readResults(event, ports) : [];
    const receivers = all.filter((subscription) => isFor(event, subscription, ports.render));
    const isKnown = new Set(known.map(({ subscriptionId }) => subscriptionId));
    const fresh = receivers.filter(({ id }) => !isKnown.has(id));
    await deliverToAll({ record, fresh, known, all, isRepeated, hasEarlier: earlier !== undefined }, ports);
    setAttributes({ 'relay.subscribers': receivers.length });
    return receivers.length;
  };

  return (event, arrival = {}) =>
    withSpan(
      'deliver event',
      { kind: 'consumer', parent: fromTraceParent(event.traceParent), attributes: () => eventAttributes(event) },
      () => deliverEvent(event, arrival),
    );
}

interface Arrived {
  readonly record: CallRecord;
  /** Those that the event is for and that have no result yet. */
  readonly fresh: readonly Subscription[];
  /** What was recorded when the bus gave the event out before. */
  readonly known: readonly DeliveryResult[];
  readonly all: readonly Subscription[];
  readonly isRepeated: boolean;
  /** That this process itself has handled an earlier event of the call. */
  readonly hasEarlier: boolean;
}

async function deliverToAll(arrived: Arrived, ports: DeliverEventPorts): Promise<void> {
  const { records, keepRecord, keepRow, queue, sendRecord, watch, clock } = ports;
  const { record, fresh, known, all, isRepeated, hasEarlier } = arrived;
  const { event } = record;
  const rowsUntilMs = record.recordedAtMs + ROWS_WAIT_MS;
  const mayWait = fresh.length > 0 && !isRepeated && mayWaitForResults(event, hasEarlier);
  const atOnce = mayWait ? undefined : insertEventRow(record, ports);
  const mayBegin = fresh.length === 0 ? undefined : waitForEarlier(event, hasEarlier, atOnce, ports);
  const observed: Promise<void>[] = [];
  const observe = (subscription: Subscription, end: DeliveryEnd): DeliveryEnd => {
    observed.push(watch.observe(subscription, end));
    return end;
  };
  const ending = Promise.all(
    fresh.map(async (subscription) =>
      observe(subscription, await beginDelivery(subscription, mayBegin, arrived, ports)),
    ),
  );
  const inserting = atOnce ?? insertEventRow(record, ports, ending);
  const indexing = inserting.then(() => keepRecord(event, () => records.indexEvent(record)));

  const ends = await ending;
  const { kept: inserted, withResults } = await inserting;
  const write = (results: readonly DeliveryResult[], troubled: readonly Troubled[]): Promise<readonly Kept[]> =>
    Promise.all([
      ...(inserted === 'kept' && results.length > 0
        ? [keepRecord(event, () => records.writeResults(event, results))]
        : []),
      ...troubled.map((end) =>
        keepRow(event, () => records.writeDelivery(toTroubledDelivery(event, end)), rowsUntilMs),
      ),
    ]);
  const results = [...known, ...ends.map(toResult)];
  const ended = known.filter(isOver).map((result) => ({ attempt: toFirstAttempt(result, clock) }));
  const [indexed, written] = await Promise.all([
    indexing,
    write(ends.length > 0 && !withResults ? results : [], [...ended, ...ends].filter(isTroubled)),
  ]);

  const again = known.filter((result) => !isOver(result)).map((result) => goOnAgain(event, result, all, clock));
  const dead = await sendNext([...again, ...ends], queue);
  for (const end of dead) {
    const subscription = all.find(({ id }) => id === end.attempt.subscriptionId);
    if (subscription !== undefined) observe(subscription, end);
  }
  const last = dead.length === 0 ? results : replaceResults(results, dead);
  const rewritten = dead.length === 0 ? [] : await write(last, dead);
  for (const { subscriptionId, outcome } of last.slice(known.length)) countDelivery(outcome, subscriptionId);
  if ([inserted, indexed, ...written, ...rewritten].includes('noAnswer'))
    await sendRecord({ kind: 'record', ...record, ...(last.length > 0 && { results: last }), tries: 1 });
  await Promise.all(observed);
}

type Troubled = Pick<DeliveryEnd, 'attempt' | 'response' | 'next'>;

function replaceResults(results: readonly DeliveryResult[], ends: readonly DeliveryEnd[]): readonly DeliveryResult[] {
  const changed = new Map(ends.map((end) => [end.attempt.subscriptionId, toResult(end)]));
  return results.map((result) => changed.get(result.subscriptionId) ?? result);
}

/** Makes the first attempt, or leaves it to `retryDelivery`. */
function beginDelivery(
  subscription: Subscription,
  mayBegin: Promise<unknown> | undefined,
  { record: { event, recordedAtMs }, isRepeated }: Arrived,
  ports: DeliverEventPorts,
): Promise<DeliveryEnd> {
  if (isHandedOver(subscription)) return handOver(event, subscription, ports);
  return ports.deliver({
    event,
    subscription,
    attempt: 1,
    moves: 0,
    dueOnRecordMs: recordedAtMs,
    isRepeated,
    timeoutMs: timeoutMsOf(subscription, true),
    waitUntilMs: recordedAtMs + MAX_WAIT_MS,
    mayBegin,
  });
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

/** The results on record of an event that the bus gives out again; none where storage does not respond. */
async function readResults(
  event: RelayEvent,
  { records, clock }: DeliverEventPorts,
): Promise<readonly DeliveryResult[]> {
  const before = await withDeadline(clock, records.readEvent(event)).catch(() => undefined);
  return before?.results ?? [];
}

/**
 * The event with what is attached to its call, which nothing can be before its first event. Without contexts in use it costs no
 * request; another process may learn of the first one up to 5 s late. Where storage does not respond within a second the event goes
 * without.
 */
function createAttachContext({
  subscriptions,
  records,
  clock,
}: DeliverEventPorts): (event: RelayEvent) => Promise<RelayEvent> {
  let hasSeenOne = false;
  return async (event) => {
    hasSeenOne ||= isContextEvent(event);
    const isOfCall = isCallEvent(event) || (isInvitationEvent(event) && !isCallStart(event));
    if (!isOfCall) return event;
    const reading = async (): Promise<CallContext | undefined> =>
      hasSeenOne || (await subscriptions.usesContexts()) ? records.readContext(event.subject) : undefined;
    const context = await withDeadline(clock, reading()).catch(() => undefined);
    return context === undefined ? event : { ...event, data: withContext(event.data, context) };
  };
}

function isOver({ outcome }: DeliveryResult): boolean {
  return outcome !== 'retrying';
}

/** A delivery that was handed over, or is soon tried for the first time, has not failed. */
function isTroubled(end: Troubled): boolean {
  return end.attempt.outcome !== 'delivered' && changesRow(end);
}

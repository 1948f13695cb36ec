import type { Clock } from '../../clock';
import type { CallRecord, CallRecords, RecordedEvent } from '../../invitations/record/callRecords';
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
import type { DeliveryEnd } from './deliveryEnd';
import { handOver, isHandedOver, messageAgain, toFirstAttempt } from './handOver';
import { recordDelayMs, toResult, toTroubledDelivery, type KeepRecord } from './keepRecord';
import { isAheadOfPredecessor, isCallEnd, isCallStart, isRing } from './lateSnapshot';
import type { NextFreeTime } from './pacing';
import type { RecentCalls } from './recentCalls';
import type { Render } from '../formats/renderDelivery';
import type { RetryQueue, ScheduledRetry } from './retries/retryQueue';
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
  /** How often its subscribers could not be read before; 0 unless given. */
  readonly tries?: number;
}

/** Resolves to the number of subscribers that the event is for, when the message may be completed. */
export type DeliverEvent = (event: RelayEvent, arrival?: EventArrival) => Promise<number>;

/** Nothing waits longer than this for its place. */
export const MAX_WAIT_MS = 5_000;
/** How long an event waits for the one before it, which another process may be handling. */
const PREDECESSOR_WAIT_MS = 250;
/** An event whose subscribers cannot be read is tried again after 5 s, then at twice the distance, up to an hour. */
const FIRST_REREAD_MS = 5_000;
const MAX_REREAD_MS = 3_600_000;

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
      const tries = (arrival.tries ?? 0) + 1;
      const delayMs = Math.min(FIRST_REREAD_MS * 2 ** (tries - 1), MAX_REREAD_MS);
      const message = { kind: 'event', event, tries, ...enqueued(arrival) } as const;
      await queue.send([{ message, atMs: clock.now() + delayMs }]);
      return 0;
    }
    const earlier = recentCalls.arrive(event);
    const startedAtMs = isCallStart(event) ? event.timeMs : earlier?.startedAtMs;
    const record: CallRecord = {
      event,
      recordedAtMs: arrivedMs,
      ...enqueued(arrival),
      ...(startedAtMs !== undefined && { startedAtMs }),
    };
    const isRepeated = (arrival.deliveryCount ?? 1) > 1;
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
  const { records, keepRecord, queue, watch, clock } = ports;
  const { record, fresh, known, hasEarlier } = arrived;
  const { event } = record;
  const inserting = keepRecord(event, () => records.insertEvent(record));
  const recorded = inserting.then((kept) =>
    hasEarlier || kept === 'noAnswer' || fresh.length === 0 ? undefined : waitForPredecessor(event, ports),
  );
  const indexing = inserting.then(() => keepRecord(event, () => records.indexEvent(record)));
  const observed: Promise<void>[] = [];
  const ends = await Promise.all(
    fresh.map(async (subscription) => {
      const end = await beginDelivery(subscription, recorded, arrived, ports);
      countDelivery(end.attempt.outcome, subscription.id);
      observed.push(watch.observe(subscription, end));
      return end;
    }),
  );

  const results = [...known, ...ends.map(toResult)];
  const troubled = [
    ...known.filter(isOver).map((result) => ({ attempt: toFirstAttempt(result, clock) })),
    ...ends,
  ].filter(isTroubled);
  const inserted = await inserting;
  const writesResults = inserted === 'kept' && ends.length > 0;
  const kept = await Promise.all([
    inserting,
    indexing,
    ...(writesResults ? [keepRecord(event, () => records.writeResults(event, results))] : []),
    ...troubled.map((end) => keepRecord(event, () => records.writeDelivery(toTroubledDelivery(event, end)))),
  ]);
  const messages: ScheduledRetry[] = [
    ...known.filter((result) => !isOver(result)).map((result) => messageAgain(event, result, arrived.all, clock)),
    ...ends.flatMap(({ next }) => next ?? []),
  ];
  if (kept.includes('noAnswer')) {
    const message = { kind: 'record', ...record, ...(results.length > 0 && { results }), tries: 1 } as const;
    messages.push({ message, atMs: clock.now() + recordDelayMs(1) });
  }
  if (messages.length > 0) await queue.send(messages);
  await Promise.all(observed);
}

/** Makes the first attempt, or leaves it to `retryDelivery`. */
function beginDelivery(
  subscription: Subscription,
  recorded: Promise<unknown>,
  { record: { event, recordedAtMs }, isRepeated }: Arrived,
  ports: DeliverEventPorts,
): Promise<DeliveryEnd> {
  if (isHandedOver(subscription)) return handOver(event, subscription, ports);
  return ports.deliver({
    event,
    subscription,
    attempt: 1,
    moves: 0,
    isRepeated,
    timeoutMs: timeoutMsOf(subscription, true),
    waitUntilMs: recordedAtMs + MAX_WAIT_MS,
    recorded,
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

/** Lets the event before this one come first where another process is handling it. Never rejects. */
async function waitForPredecessor(event: RelayEvent, { records, clock }: DeliverEventPorts): Promise<void> {
  if (isCallStart(event) || !(isRing(event) || isCallEnd(event))) return;
  const events = await withDeadline(clock, records.readEvents(event.subject)).catch(() => []);
  if (isAheadOfPredecessor(event, events)) await clock.sleep(PREDECESSOR_WAIT_MS);
}

function isOver({ outcome }: DeliveryResult): boolean {
  return outcome !== 'retrying';
}

/** A delivery that was handed over has not failed. */
function isTroubled({ attempt: { outcome, attempted, reason } }: Pick<DeliveryEnd, 'attempt'>): boolean {
  return outcome !== 'delivered' && (attempted || reason !== undefined);
}

function enqueued({ enqueuedAtMs }: EventArrival): Pick<RecordedEvent, 'enqueuedAtMs'> {
  return enqueuedAtMs === undefined ? {} : { enqueuedAtMs };
}

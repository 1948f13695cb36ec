import type { Clock } from '../clock';
import type { RelayEvent } from '../invitations/relayEvent';
import { retryInPlace } from '../messaging/retryInPlace';
import { eventFacts } from '../telemetry/eventFacts';
import type { Log } from '../telemetry/log';
import { fromTraceParent, note, traceParentOf, withSpan } from '../telemetry/trace';
import type { DeliveredEvent, DeliveryMessage } from './deliveryMessage';
import { matchesFilter } from './subscriptions/matchesFilter';
import { toPublicEvent } from './formats/publicEvent';
import type { DeliveryArchive, DeliveryOrder, DeliveryQueue, QueuedDelivery, SubscriptionStore } from './ports';
import { park, type TurnedAway } from './park';
import { putOffUntilMs } from './putOff';
import { renderDelivery, type RenderedDelivery } from './formats/renderDelivery';
import type { Refusal, SubscriberGate } from './subscriberGate';
import type { Subscription } from './subscriptions/subscription';
import type { Format } from './subscriptions/subscriptionRequest';
import type { ConfirmUrl } from './formats/teamsCard';

export interface FanOutPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly archive: Pick<DeliveryArchive, 'keep'>;
  readonly journal: Pick<DeliveryOrder, 'open'>;
  readonly queue: DeliveryQueue;
  readonly gate: Pick<SubscriberGate, 'closed'>;
  readonly confirmUrl: ConfirmUrl;
  readonly clock: Clock;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Turns one event of the topic into a message for each subscriber that is to hear it, or one for all who take nothing now;
 * answers how many are to hear it.
 * @param isFirstTime whether this is known to be the first time that the bus gives the event out.
 */
export type FanOut = (event: RelayEvent, isFirstTime?: boolean) => Promise<number>;

/**
 * The first hop. The event is noted as pending with every subscriber before any message is out, so that whichever
 * delivery comes first knows what it must wait for. Who takes nothing for now is parked: what no attempt can be made of need not
 * come out of the queue only to be put back. Run twice with the same event, it changes nothing and its messages fall to the
 * queue's duplicate detection: the second time it parks nobody, for a message for many hides whom it is for. A paused or
 * disabled subscriber is sent nothing, but the event is kept for it (recover). Errors: `storageUnavailable`, `busUnavailable`:
 * give it the same event again.
 */
export function createFanOut({
  subscriptions,
  archive,
  journal,
  queue,
  gate,
  confirmUrl,
  clock,
  random,
  log,
}: FanOutPorts): FanOut {
  const fanOut = async (event: RelayEvent, isFirstTime: boolean): Promise<number> => {
    const interested = (await subscriptions.list()).filter(({ filters }) => matchesFilter(event, filters));
    if (interested.length === 0) return 0;
    const chance = random();
    const render = rememberByFormat((format) => renderDelivery(event, format, confirmUrl));
    const messages = interested
      .filter(({ state }) => state.name === 'active')
      .flatMap((subscription) => {
        const rendered = render(subscription.format);
        return rendered === undefined
          ? []
          : [{ message: firstMessage(event, subscription, rendered), refusal: gate.closed(subscription) }];
      });
    const receivers = messages.map(({ message }) => message.subscriptionId);
    const noteEvent = () =>
      Promise.all([
        receivers.length > 0 && journal.open(toDeliveredEvent(event), receivers),
        archive.keep(toPublicEvent(event)),
      ]);
    const [beginsCall] = await retryInPlace(noteEvent, { clock, random });
    const queued: QueuedDelivery[] = [];
    const turnedAway: TurnedAway[] = [];
    for (const { message, refusal } of messages) {
      // Only of what goes out at once: by the time that the others are seen, more may have been noted of the call.
      if (refusal === undefined) queued.push({ message: beginsCall ? { ...message, beginsCall } : message });
      else {
        const atMs = putOffUntilMs(withoutPast(refusal), message, chance);
        if (isFirstTime)
          turnedAway.push({ message, waiting: { subscriptionId: message.subscriptionId, atMs, deferrals: 1 } });
        // It may have been sent before, to go its own way: the bus knows that by its id, and nobody else does.
        else queued.push({ message: { ...message, isRepeated: true }, atMs });
      }
    }
    queued.push(...park(turnedAway, clock.now()));
    if (receivers.length > 0) await retryInPlace(() => queue.enqueue(queued), { clock, random });
    log.debug('eventFannedOut', { eventId: event.id, type: event.type, subscribers: receivers.length });
    note({ 'relay.subscribers': receivers.length });
    return receivers.length;
  };

  return (event, isFirstTime = false) =>
    withSpan(
      'fan out',
      { kind: 'consumer', parent: fromTraceParent(event.traceParent), facts: () => eventFacts(event) },
      () => fanOut(event, isFirstTime),
    );
}

/** For how long an end waits is up to the host that will have it: its own way to the subscriber may be a better one. */
function withoutPast(refusal: Refusal): Refusal {
  return { ...refusal, failingMs: 0 };
}

/** What a delivery needs to know of its event. */
export function toDeliveredEvent({ id, type, subject, timeMs, sequence, expiryTimeMs }: RelayEvent): DeliveredEvent {
  return {
    id,
    type,
    subject,
    timeMs,
    ...(sequence !== undefined && { sequence }),
    ...(expiryTimeMs !== undefined && { expiryTimeMs }),
  };
}

/** The first attempt of a round. @param round 0, or the moment at which it was asked for again. */
export function firstMessage(
  event: RelayEvent,
  { id }: Pick<Subscription, 'id'>,
  rendered: RenderedDelivery,
  round = 0,
): DeliveryMessage {
  const traceParent = traceParentOf() ?? event.traceParent;
  return {
    subscriptionId: id,
    event: toDeliveredEvent(event),
    ...rendered,
    round,
    attempt: 1,
    deferrals: 0,
    ...(traceParent !== undefined && { traceParent }),
  };
}

/** A hundred subscribers share three bodies. */
function rememberByFormat(render: (format: Format) => RenderedDelivery | undefined): typeof render {
  const rendered = new Map<Format, RenderedDelivery | undefined>();
  return (format) => {
    if (!rendered.has(format)) rendered.set(format, render(format));
    return rendered.get(format);
  };
}

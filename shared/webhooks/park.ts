import type { DeliveredEvent, DeliveryMessage, ParkedMessage, Waiting } from './deliveryMessage';
import type { QueuedDelivery } from './ports';

/** A first attempt that its subscriber does not take now. */
export interface TurnedAway {
  readonly message: DeliveryMessage;
  readonly waiting: Waiting;
}

/** What is the same for all of them. */
type Shared = Pick<DeliveryMessage, 'event' | 'contentType' | 'body' | 'traceParent'>;

/** Each takes a hundred bytes of a message, of which the bus takes 256 KiB. */
const MAX_TOGETHER = 100;
/** Who waits is looked at so much later than it might, for the others' sake: with ten that wait, two seconds… */
const LATER_MS_EACH = 200;
/**
 * …but the first time one second at most, and each further time twice as much, up to eight; or half of the wait where no call
 * rings, if that is more: each look costs the bus, and ends of calls pile up.
 */
const FIRST_LATEST_MS = 1000;
const LATEST_MS = 8000;
/** Of a ring so much is left for whoever is looked at for others' sake; who comes in its last seconds does so with all others. */
const LEFT_MS = 2000;

/**
 * First attempts of one event as few messages: one for all who are sent the same bytes. Each is to be seen when its first is
 * worth another look, or a little later, with the next ones; at once where nobody is. Pure.
 */
export function park(turnedAway: readonly TurnedAway[], nowMs: number): QueuedDelivery[] {
  const groups: { readonly shared: DeliveryMessage; readonly waiting: Waiting[] }[] = [];
  for (const { message, waiting } of turnedAway) {
    const group = groups.find(
      ({ shared }) => shared.body === message.body && shared.contentType === message.contentType,
    );
    if (group === undefined || group.waiting.length === MAX_TOGETHER)
      groups.unshift({ shared: message, waiting: [waiting] });
    else group.waiting.push(waiting);
  }
  return groups.map(({ shared, waiting }) => parkTogether(shared, waiting, nowMs, 0, false));
}

/** Those of a parked message who wait on, as one. Pure. @param isRepeated that what the message is for may have been done before. */
export function parkAgain(
  { deferrals, ...shared }: ParkedMessage,
  waiting: readonly Waiting[],
  nowMs: number,
  isRepeated: boolean,
): QueuedDelivery {
  return parkTogether(shared, waiting, nowMs, deferrals, isRepeated);
}

/** The first attempt of one of those who wait. It has the id that it would have had without the waiting, so that whatever makes it twice, the bus takes it once. */
export function firstAttemptOf(
  { waiting: _waiting, ...rest }: ParkedMessage,
  { subscriptionId }: Waiting,
): DeliveryMessage {
  return { ...rest, subscriptionId, round: 0, attempt: 1, deferrals: 0 };
}

function parkTogether(
  { event, contentType, body, traceParent }: Shared,
  waiting: readonly Waiting[],
  nowMs: number,
  deferrals: number,
  isRepeated: boolean,
): QueuedDelivery {
  const atMs = togetherAtMs(waiting, nowMs, deferrals, event);
  return {
    message: {
      waiting: [...waiting],
      event,
      contentType,
      body,
      deferrals: deferrals + 1,
      ...(isRepeated && { isRepeated }),
      ...(traceParent !== undefined && { traceParent }),
    },
    ...(atMs !== undefined && { atMs }),
  };
}

function togetherAtMs(
  waiting: readonly Waiting[],
  nowMs: number,
  deferrals: number,
  { expiryTimeMs }: Pick<DeliveredEvent, 'expiryTimeMs'>,
): number | undefined {
  const times = waiting.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs]));
  if (times.length === 0) return undefined;
  const firstMs = Math.min(...times);
  const laterMs = Math.min(LATER_MS_EACH * waiting.length, FIRST_LATEST_MS * 2 ** deferrals, LATEST_MS);
  const lastMs =
    firstMs +
    (expiryTimeMs === undefined
      ? Math.max(laterMs, (firstMs - nowMs) / 2)
      : laterInRing(laterMs, expiryTimeMs - firstMs));
  return Math.max(...times.filter((atMs) => atMs <= lastMs));
}

function laterInRing(laterMs: number, leftMs: number): number {
  return leftMs > LEFT_MS ? Math.min(laterMs, leftMs - LEFT_MS) : laterMs;
}

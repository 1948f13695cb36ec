import type { DeliveryMessage, ParkedMessage, Waiting } from './deliveryMessage';
import type { QueuedDelivery } from './ports';

/** A first attempt that its subscriber does not take now. */
export interface TurnedAway {
  readonly message: DeliveryMessage;
  readonly waiting: Waiting;
}

/** Each takes a hundred bytes of a message, of which the bus takes 256 KiB. */
const MAX_TOGETHER = 100;
/** Who waits is looked at so much later than it might, for the others' sake: with ten that wait, a second… */
const LATER_MS_EACH = 100;
const LATEST_MS = 4000;
/** …or half of the wait, if that is more: but not in a ring. Each look costs the bus, and ends of calls pile up. */
const LATER_SHARE = 0.5;

/**
 * First attempts of one event as few messages: one for all who are sent the same bytes. Each is to be seen when its first is
 * worth another look, or a little later, with the next ones; at once where nobody is. Pure.
 * @param looks how often they have waited together before.
 */
export function park(turnedAway: readonly TurnedAway[], nowMs: number, looks = 0): QueuedDelivery[] {
  const groups: TurnedAway[][] = [];
  for (const one of turnedAway) {
    const group = groups.find(([first]) => first?.message.body === one.message.body && first.message.contentType === one.message.contentType);
    if (group === undefined || group.length === MAX_TOGETHER) groups.unshift([one]);
    else group.push(one);
  }
  return groups.map((group) => parkTogether(group, nowMs, looks));
}

/** The first attempt of one of those who wait. It has the id that it would have had without the waiting, so that whatever makes it twice, the bus takes it once. */
export function firstAttemptOf({ waiting: _waiting, ...rest }: ParkedMessage, { subscriptionId }: Waiting): DeliveryMessage {
  return { ...rest, subscriptionId, round: 0, attempt: 1, deferrals: 0 };
}

function parkTogether(group: readonly TurnedAway[], nowMs: number, looks: number): QueuedDelivery {
  const [{ message }] = group as readonly [TurnedAway, ...TurnedAway[]];
  const { event, contentType, body, traceParent } = message;
  const waiting = group.map((one) => one.waiting);
  const atMs = togetherAtMs(waiting, nowMs, event.expiryTimeMs === undefined ? LATER_SHARE : 0);
  const isRepeated = group.some((one) => one.message.isRepeated === true);
  return {
    message: { waiting, event, contentType, body, deferrals: looks + 1, ...(isRepeated && { isRepeated }), ...(traceParent !== undefined && { traceParent }) },
    ...(atMs !== undefined && { atMs }),
  };
}

function togetherAtMs(waiting: readonly Waiting[], nowMs: number, laterShare: number): number | undefined {
  const times = waiting.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs]));
  if (times.length === 0) return undefined;
  const firstMs = Math.min(...times);
  const lastMs = firstMs + Math.max(Math.min(LATER_MS_EACH * waiting.length, LATEST_MS), laterShare * (firstMs - nowMs));
  return Math.max(...times.filter((atMs) => atMs <= lastMs));
}

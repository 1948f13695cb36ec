import type { RelayEvent } from '../../invitations/events/relayEvent';
import type { ListedEvent } from '../../invitations/record/callRecords';
import type { Render } from '../formats/renderDelivery';
import { matchesFilter } from '../subscriptions/matchesFilter';
import type { Subscription } from '../subscriptions/subscription';
import type { NextStep } from './retries/nextStep';

/** An attempt that begins later than this after its event's time is late. */
export const LATE_AFTER_MS = 5_000;

/** Whether an event is a snapshot of a ringing call, which a newer one replaces. */
export function isRing({ type }: Pick<RelayEvent, 'type'>): boolean {
  return type.startsWith('ucwa.') && (type.endsWith('.started') || type.endsWith('.updated'));
}

/** Whether the ring that an event belongs to is over at `nowMs`; false for an event that no ring ends. */
export function isOver({ expiryTimeMs }: Pick<RelayEvent, 'expiryTimeMs'>, nowMs: number): boolean {
  return expiryTimeMs !== undefined && nowMs >= expiryTimeMs;
}

/** Whether it is a call's last event. */
export function isCallEnd({ type, sequence }: Pick<RelayEvent, 'type' | 'sequence'>): boolean {
  return sequence !== undefined && type.endsWith('.completed');
}

/** Whether it is a call's first event. */
export function isCallStart({ type, sequence }: Pick<RelayEvent, 'type' | 'sequence'>): boolean {
  return sequence !== undefined && type.endsWith('.started');
}

type LateEnd =
  Extract<NextStep, { readonly step: 'expired' }> | { readonly step: 'superseded'; readonly reason: string };

/**
 * The end of a late snapshot that is not worth sending any more, by the events of its call that are on record: the call is over,
 * whatever the filters, or a newer snapshot is for this subscriber as it stands now. Undefined while it is to be sent. Pure.
 * @param exact for a redelivery of exactly this event: it is not superseded
 */
export function judgeLateSnapshot(
  event: RelayEvent,
  recorded: readonly Pick<ListedEvent, 'event'>[],
  subscription: Subscription,
  render: Render,
  exact: boolean,
): LateEnd | undefined {
  const { sequence = '' } = event;
  const newer = recorded
    .map((one) => one.event)
    .filter((other) => other.sequence !== undefined && other.sequence > sequence);
  if (newer.some(isCallEnd)) return { step: 'expired', reason: 'the call is over', isLost: false };
  const replacing = exact
    ? undefined
    : newer.find(
        (other) =>
          isRing(other) && matchesFilter(other, subscription.filters) && render(other, subscription) !== undefined,
      );
  return replacing === undefined
    ? undefined
    : { step: 'superseded', reason: 'a newer snapshot of the call is on record' };
}

/**
 * Whether an event of a call should wait a moment for the one before it, which another process may be handling: the call has
 * no `started` on record, or the event before has no results yet. Pure.
 */
export function isAheadOfPredecessor(
  { sequence = '' }: RelayEvent,
  recorded: readonly Pick<ListedEvent, 'event' | 'hasResults'>[],
): boolean {
  const earlier = recorded.filter(({ event }) => event.sequence !== undefined && event.sequence < sequence);
  const predecessor = earlier.at(-1);
  return !earlier.some(({ event }) => isCallStart(event)) || predecessor?.hasResults !== true;
}

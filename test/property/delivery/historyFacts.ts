import type { DeliveryOutcome } from '../../../shared/invitations/record/deliveryResult';
import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import { createRenderOnce } from '../../../shared/webhooks/formats/renderDelivery';
import { matchesFilter } from '../../../shared/webhooks/subscriptions/matchesFilter';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import type { History } from './deliveryWorld';

export interface Outcome {
  readonly outcome: DeliveryOutcome;
  readonly reason?: string;
  /** Absent for a first attempt. */
  readonly atMs?: number;
}

const render = createRenderOnce(() => undefined);

export function subscriptionIds({ storage }: History): readonly string[] {
  return [...storage.versions.keys()];
}

/** The planned events of the same call with a later sequence. */
export function newerEvents({ published }: History, { subject, sequence }: RelayEvent): readonly RelayEvent[] {
  return published
    .map(({ event }) => event)
    .filter(
      (other) =>
        other.subject === subject &&
        other.sequence !== undefined &&
        sequence !== undefined &&
        other.sequence > sequence,
    );
}

/** The ends of an event's deliveries to a subscription that are on record. */
export function finalOutcomes({ storage }: History, event: RelayEvent, subscriptionId: string): readonly Outcome[] {
  const { records } = storage;
  const recorded = records.events().find((one) => one.event.id === event.id);
  const first = recorded?.results ?? [];
  const later = records.attempts().filter(({ eventId }) => eventId === event.id);
  return [...first, ...later].filter((one) => one.subscriptionId === subscriptionId && one.outcome !== 'retrying');
}

function isFor(event: RelayEvent, subscription: Subscription | undefined, mustBeActive: boolean): boolean {
  return (
    subscription !== undefined &&
    (!mustBeActive || subscription.state.name === 'active') &&
    matchesFilter(event, subscription.filters) &&
    render(event, subscription) !== undefined
  );
}

function versionsBetween({ storage }: History, id: string, fromMs: number, untilMs: number) {
  const versions = storage.versions.get(id) ?? [];
  return versions.filter(
    ({ fromMs: since }, index) => since <= untilMs && (versions[index + 1]?.fromMs ?? Infinity) >= fromMs,
  );
}

/** Whether the event is for the subscription in each version of that time. */
export function isForAlways(
  history: History,
  event: RelayEvent,
  id: string,
  fromMs: number,
  untilMs: number,
  mustBeActive: boolean,
): boolean {
  return versionsBetween(history, id, fromMs, untilMs).every(({ subscription }) =>
    isFor(event, subscription, mustBeActive),
  );
}

/** Whether the event is for the subscription in any version of that time. */
export function isForSometime(
  history: History,
  event: RelayEvent,
  id: string,
  fromMs: number,
  untilMs: number,
): boolean {
  return versionsBetween(history, id, fromMs, untilMs).some(({ subscription }) => isFor(event, subscription, false));
}

import type { z } from 'zod';
import type { CommandSettlement } from '../invitations/commands/command';
import { compact } from '../invitations/compact';
import { own } from '../invitations/normalise/resourceReading';
import { isInvitationEvent } from '../invitations/events/isInvitationEvent';
import type { RecordedEvent } from '../invitations/record/callRecords';
import type { TimelinePage } from '../invitations/record/callViews';
import type { DeliveryResult, LaterAttempt } from '../invitations/record/deliveryResult';
import { toDeliveryId } from '../invitations/record/eventKey';
import type { RelayEvent } from '../invitations/events/relayEvent';
import { excludedBy } from '../webhooks/subscriptions/matchesFilter';
import type { SubscriptionView } from '../webhooks/subscriptions/subscriptionView';
import type { timelineEventSchema, timelinePartsSchema } from './documents/timelineAnswers';

type TimelineEvent = z.infer<typeof timelineEventSchema>;
type TimelineSubscriber = TimelineEvent['subscribers'][number];
type TimelineAttempt = TimelineSubscriber['attempts'][number];
type KnownSubscription = Pick<SubscriptionView, 'id' | 'description' | 'filters' | 'state' | 'createdAt' | 'changedAt'>;
type MadeAttempt = LaterAttempt & { readonly eventId: string };

const COMMAND = 'ucwa.command.settled';

/**
 * A page of a call's timeline as callers see it: each event with its times on the way and what became of it with each
 * subscriber, by what is on record and by the subscriptions as they stand now. Of an event whose row is on a page before,
 * only the id and later attempts. Pure.
 */
export function toTimelineParts(
  { events, attempts, gaps }: TimelinePage,
  subscriptions: readonly KnownSubscription[],
): z.infer<typeof timelinePartsSchema> {
  const later = attemptsByEvent(attempts);
  const others = events.filter(({ event }) => event.type !== COMMAND);
  const before = [...later].filter(([id]) => !events.some(({ event }) => event.id === id));
  return {
    events: [
      ...others.map((recorded) => toEvent(recorded, later.get(recorded.event.id) ?? [], subscriptions)),
      ...before.map(([id, made]) => ({ id, subscribers: toTried({}, [], made, subscriptions) })),
    ],
    commands: events.filter(({ event }) => event.type === COMMAND).map(({ event }) => toCommand(event)),
    gaps: gaps.map(({ id, data: { cause, after, before: wholeAt } }) => ({ id, cause, after, before: wholeAt })),
  };
}

function toEvent(
  recorded: RecordedEvent,
  later: readonly MadeAttempt[],
  subscriptions: readonly KnownSubscription[],
): TimelineEvent {
  const { event, enqueuedAtMs, recordedAtMs, results = [] } = recorded;
  const tried = toTried(recorded, results, later, subscriptions);
  const ids = new Set(tried.map(({ subscriptionId }) => subscriptionId));
  const untried = subscriptions
    .filter(({ id, createdAt }) => !ids.has(id) && Date.parse(createdAt) <= recordedAtMs)
    .map((subscription) => toUntried(recorded, subscription));
  const delivered = tried.flatMap(({ deliveredAt }) => deliveredAt ?? []).toSorted();
  const { state, delayed } = isInvitationEvent(event) ? event.data : {};
  const context = own(event.data, 'context') as TimelineEvent['context'];
  return {
    id: event.id,
    type: event.type,
    ...compact({ sequence: event.sequence, state, delayed, context }),
    receivedAt: toIso(event.timeMs),
    ...compact({ onBusAt: toIsoIfKnown(enqueuedAtMs), recordedAt: toIso(recordedAtMs), deliveredAt: delivered.at(-1) }),
    subscribers: [...tried, ...untried],
  };
}

/** Subscribers with a result or a later attempt. */
function toTried(
  { event, recordedAtMs = Infinity }: Partial<RecordedEvent>,
  results: readonly DeliveryResult[],
  later: readonly MadeAttempt[],
  subscriptions: readonly KnownSubscription[],
): TimelineSubscriber[] {
  const ids = new Set([...results, ...later].map(({ subscriptionId }) => subscriptionId));
  return [...ids].map((subscriptionId) => {
    const known = subscriptions.find(({ id }) => id === subscriptionId);
    const attempts = [
      ...results.filter((result) => result.subscriptionId === subscriptionId).map(toFirstAttempt),
      ...later
        .filter((attempt) => attempt.subscriptionId === subscriptionId)
        .toSorted((one, other) => one.atMs - other.atMs)
        .map(toAttempt),
    ];
    const delivered = attempts.findLast(({ outcome }) => outcome === 'delivered');
    return {
      subscriptionId,
      ...compact({ description: known?.description }),
      outcome: attempts.at(-1)?.outcome ?? 'pending',
      ...compact({
        deliveryId: event && toDeliveryId(event),
        deliveredInMs: delivered?.durationMs,
        deliveredAt: delivered?.at,
        changedSince: known && changedSince(known, recordedAtMs),
      }),
      attempts,
    };
  });
}

/** A subscriber that the event was not sent to, with the reason as far as the subscription tells it now. */
function toUntried(
  { event, recordedAtMs, results }: RecordedEvent,
  subscription: KnownSubscription,
): TimelineSubscriber {
  const filteredBy = excludedBy(event, subscription.filters);
  const outcome =
    filteredBy !== undefined
      ? 'filtered'
      : subscription.state === 'active' && results === undefined
        ? 'pending'
        : 'notSent';
  return {
    subscriptionId: subscription.id,
    ...compact({ description: subscription.description }),
    outcome,
    ...compact({ filteredBy, changedSince: changedSince(subscription, recordedAtMs) }),
    attempts: [],
  };
}

function changedSince({ changedAt }: KnownSubscription, recordedAtMs: number): true | undefined {
  return Date.parse(changedAt) > recordedAtMs ? true : undefined;
}

function toFirstAttempt(result: DeliveryResult): TimelineAttempt {
  return toAttempt({ ...result, attempt: 1, moves: 0 });
}

function toAttempt(attempt: Omit<LaterAttempt, 'atMs'> & { readonly atMs?: number }): TimelineAttempt {
  const {
    attempt: number,
    moves,
    redeliveryId,
    attempted,
    outcome,
    atMs,
    durationMs,
    status,
    reason,
    nextAtMs,
  } = attempt;
  return {
    attempt: number,
    ...compact({ moves: moves === 0 ? undefined : moves, redeliveryId }),
    attempted,
    outcome,
    ...compact({ at: toIsoIfKnown(atMs) }),
    durationMs,
    ...compact({ status, reason, nextAt: toIsoIfKnown(nextAtMs) }),
  };
}

/** The relay alone writes these events. */
function toCommand({ id, timeMs, data }: RelayEvent): z.infer<typeof timelinePartsSchema>['commands'][number] {
  const { invitationId: _invitationId, ...settlement } = data as CommandSettlement;
  return { id, at: toIso(timeMs), ...settlement };
}

function attemptsByEvent(attempts: readonly MadeAttempt[]): ReadonlyMap<string, readonly MadeAttempt[]> {
  const byEvent = new Map<string, MadeAttempt[]>();
  for (const attempt of attempts) {
    const group = byEvent.get(attempt.eventId);
    if (group === undefined) byEvent.set(attempt.eventId, [attempt]);
    else group.push(attempt);
  }
  return byEvent;
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function toIsoIfKnown(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : toIso(timeMs);
}

import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import type { Filters } from '../../../shared/webhooks/subscriptions/matchesFilter';
import type { Subscription } from '../../../shared/webhooks/subscriptions/subscription';
import { sampleGapEvent, sampleInvitationEvent } from '../../support/sampleEvents';
import type { PlannedCall, PlannedChange, PlannedSubscriber } from './scenario';

const RING_MS = 30_000;
/** What the channel told so late is marked. */
const LATENESS_MS = 7_000;

/** An event, and when it is published (milliseconds since the epoch). */
export interface PlannedEvent {
  readonly event: RelayEvent;
  readonly atMs: number;
}

export function planEvents(calls: readonly PlannedCall[], startMs: number): readonly PlannedEvent[] {
  return calls.flatMap((call, index) => planCall(call, index, startMs));
}

function planCall(call: PlannedCall, index: number, startMs: number): readonly PlannedEvent[] {
  const subject = `call-${String(index)}`;
  const firstMs = startMs + call.startMs;
  const planned: PlannedEvent[] = [];
  const snapshot = (name: 'started' | 'updated' | 'completed', atMs: number): void => {
    const number = planned.length + 1;
    const base = sampleInvitationEvent(number);
    const timeMs = name === 'started' && call.isLate ? atMs - LATENESS_MS : atMs;
    const { expiryTimeMs: _expiryTimeMs, ...ended } = base;
    const event: RelayEvent = {
      ...ended,
      id: `${subject}-${name}-${String(number)}`,
      type: `ucwa.audioVideoInvitation.${name}`,
      subject,
      timeMs,
      ...(name !== 'completed' && { expiryTimeMs: timeMs + RING_MS }),
      data: {
        ...base.data,
        invitationId: subject,
        event: name,
        ...(name === 'completed' && {
          outcome: { result: call.isMissed ? 'missed' : 'answered', answered: !call.isMissed },
        }),
      },
    };
    planned.push({ event, atMs: atMs + 5 });
  };

  let atMs = firstMs;
  snapshot('started', atMs);
  for (const gapMs of call.updateGapsMs) snapshot('updated', (atMs += gapMs));
  if (call.endGapMs !== undefined) snapshot('completed', atMs + call.endGapMs);
  if (call.commandMs !== undefined) planned.push(settledCommand(subject, firstMs + call.commandMs));
  if (call.hasGap) planned.push(gap(index, firstMs + 3_000));
  return planned;
}

function settledCommand(subject: string, timeMs: number): PlannedEvent {
  const event: RelayEvent = {
    id: `${subject}-settled`,
    type: 'ucwa.command.settled',
    account: sampleGapEvent().account,
    subject,
    timeMs,
    data: { invitationId: subject, command: 'decline', caller: 'key:a', result: 'sent', status: 202 },
  };
  return { event, atMs: timeMs + 5 };
}

function gap(index: number, timeMs: number): PlannedEvent {
  return { event: sampleGapEvent({ id: `gap-${String(index)}`, timeMs }), atMs: timeMs + 5 };
}

const noUpdates: Filters = { types: ['ucwa.audioVideoInvitation.started', 'ucwa.audioVideoInvitation.completed'] };
const filtersOf: Readonly<Record<PlannedSubscriber['wants'], Filters>> = {
  invitations: {},
  everything: { types: ['ucwa.*'] },
  noUpdates,
  endsOnly: { types: ['ucwa.audioVideoInvitation.completed'] },
};

export function planSubscription(planned: PlannedSubscriber, index: number): Subscription {
  return {
    id: `sub_${String(index)}`,
    encrypted: '',
    shownUrl: `https://subscriber-${String(index)}.example/`,
    headerNames: [],
    earlierSecretsUntilMs: [],
    filters: filtersOf[planned.wants],
    format: planned.format,
    handshake: 'skip',
    state: { name: 'active' },
    ...(planned.isSlowByRight && { timeoutSeconds: 12 }),
    ...(planned.maxPerMinute !== undefined && { maxPerMinute: planned.maxPerMinute }),
    createdBy: 'test',
    createdAtMs: 0,
    changedAtMs: 0,
  };
}

/** The subscription after the change; undefined when it is deleted. */
export function applyChange(subscription: Subscription, change: PlannedChange['change'], nowMs: number) {
  const changed = { ...subscription, changedAtMs: nowMs };
  switch (change) {
    case 'delete':
      return undefined;
    case 'pause':
      return { ...changed, state: { name: 'paused', atMs: nowMs } as const };
    case 'resume':
      return { ...changed, state: { name: 'active' } as const };
    case 'noUpdates':
    case 'endsOnly':
    case 'everything':
      return { ...changed, filters: filtersOf[change] };
    case 'teams':
    case 'flat':
      return { ...changed, format: change };
  }
}

import { applyEvent } from '../../../invitations/invitationHead';
import type { DeliveryResult } from '../../../invitations/record/deliveryResult';
import { toTimelineParts } from '../../timelineView';
import { toView } from '../../invitationEndpoints';
import { sampleCall, sampleTimeMs } from './sampleCall';

const frontDesk = 'sub_QmVpc3BpZWwtQWJvLTAxMg';
const missedCalls = 'sub_QmVpc3BpZWwtQWJvLTAxMw';
const made = new Date(sampleTimeMs - 86_400_000).toISOString();

/** What `GET /invitations/{id}/timeline` answers of the sample call, which was missed. */
export function timelineAnswer(): object {
  const { started, missed } = sampleCall();
  const head = applyEvent(applyEvent(undefined, started), missed);
  const recorded = (event: typeof started, results: readonly DeliveryResult[]) => ({
    event,
    enqueuedAtMs: event.timeMs + 12,
    recordedAtMs: event.timeMs + 20,
    results,
  });
  const delivered = (subscriptionId: string, atMs: number): DeliveryResult => ({
    subscriptionId,
    outcome: 'delivered',
    attempted: true,
    status: 204,
    durationMs: 38,
    atMs,
  });
  const refused = { outcome: 'retrying', attempted: true, status: 503, durationMs: 9, reason: 'HTTP 503' } as const;
  const [firstAtMs, secondAtMs] = [missed.timeMs + 31, missed.timeMs + 5_060];
  const { invitation: _invitation, ...call } = toView(head, missed.timeMs + 60_000);
  const page = {
    events: [
      recorded(started, [delivered(frontDesk, started.timeMs + 59)]),
      recorded(missed, [
        delivered(frontDesk, missed.timeMs + 60),
        { subscriptionId: missedCalls, ...refused, atMs: firstAtMs, nextAtMs: firstAtMs + 5_000 },
      ]),
    ],
    attempts: [{ ...delivered(missedCalls, secondAtMs), attempt: 2, moves: 0, atMs: secondAtMs, eventId: missed.id }],
    gaps: [],
  };
  const subscription = { state: 'active', createdAt: made, changedAt: made } as const;
  return {
    ...call,
    outcome: head.data.outcome,
    ...toTimelineParts(page, [
      { ...subscription, id: frontDesk, description: 'Front desk', filters: {} },
      { ...subscription, id: missedCalls, filters: { outcomeResults: ['missed'] } },
    ]),
  };
}

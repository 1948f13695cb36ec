import type { CallContext } from '../../shared/invitations/calls/callData';
import type { CallContextEvent } from '../../shared/invitations/calls/callEvent';
import type { ChannelGapEvent, InvitationEvent, UnreadableEvent } from '../../shared/invitations/events/relayEvent';

const account = 'sip:reception@contoso.com';
const timeMs = Date.UTC(2026, 0, 15, 12, 0, 0, 250);

/** A ringing call; `number` tells several apart, in their ids and their order. */
export function sampleInvitationEvent(number = 1, changes: Partial<InvitationEvent> = {}): InvitationEvent {
  return {
    id: `event-${String(number)}`,
    type: 'ucwa.audioVideoInvitation.started',
    account,
    subject: 'AQA-invitation',
    timeMs,
    sequence: `000000000042-${String(number).padStart(4, '0')}`,
    correlationId: 'dGhyZWFk',
    expiryTimeMs: timeMs + 30_000,
    data: {
      invitationId: 'AQA-invitation',
      event: 'started',
      kind: 'audioVideo',
      account,
      direction: 'incoming',
      state: 'connecting',
      importance: 'normal',
      threadId: 'dGhyZWFk',
      from: { uri: 'sip:alice@contoso.com', name: 'Alice Müller' },
      actions: ['acceptWithAnswer', 'decline'],
    },
    ...changes,
  };
}

export function sampleGapEvent(changes: Partial<ChannelGapEvent> = {}): ChannelGapEvent {
  return {
    id: 'gap-1',
    type: 'ucwa.channel.gap',
    account,
    subject: account,
    timeMs,
    data: { account, cause: 'outage', after: '2026-01-15T11:58:00.000Z', before: '2026-01-15T12:00:00.000Z' },
    ...changes,
  };
}

export function sampleUnreadableEvent(number = 1, changes: Partial<UnreadableEvent> = {}): UnreadableEvent {
  return {
    id: `unreadable-${String(number)}`,
    account,
    timeMs,
    sequence: '000000000043-0001',
    reason: 'The event has no link.',
    raw: '{"type":"started"}',
    ...changes,
  };
}

/** What a consumer attached to the call of sampleInvitationEvent. */
export function sampleContextEvent(
  context: CallContext,
  timeMs = sampleInvitationEvent().timeMs + 100,
): CallContextEvent {
  const { account, subject, data } = sampleInvitationEvent();
  return {
    id: `context-${String(timeMs)}`,
    type: 'ucwa.call.context',
    account,
    subject,
    timeMs,
    data: { invitationId: subject, account, kind: data.kind, direction: 'incoming', caller: 'key:crm', context },
  };
}

import type { InvitationData } from '../../shared/invitations/invitationData';
import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import type { Subscription } from '../../shared/webhooks/subscriptions/subscription';

/** When the sample calls begin to ring. */
export const ringStartMs = Date.UTC(2026, 0, 15, 12);
export const ringMs = 30_000;

const account = 'sip:reception@contoso.com';

/** The n-th event of a call: 1 started, 2 updated, 3 completed (missed). Calls are told apart by their number. */
export function callEvent(
  event: InvitationData['event'],
  {
    call = 1,
    data = {},
    timeMs = ringStartMs,
  }: { readonly call?: number; readonly data?: Partial<InvitationData>; readonly timeMs?: number } = {},
): InvitationEvent {
  const position = { started: 1, updated: 2, completed: 3 }[event];
  const invitationId = `call-${call}`;
  return {
    id: `${invitationId}-${event}`,
    type: `ucwa.audioVideoInvitation.${event}`,
    account,
    subject: invitationId,
    timeMs,
    sequence: `00000000000${position}-0001`,
    correlationId: `thread-${call}`,
    ...(event !== 'completed' && { expiryTimeMs: timeMs + ringMs }),
    data: {
      invitationId,
      event,
      kind: 'audioVideo',
      account,
      direction: 'incoming',
      state: event === 'completed' ? 'failed' : 'connecting',
      importance: 'normal',
      subject: 'Contract renewal',
      threadId: `thread-${call}`,
      from: { uri: 'sip:alice@fabrikam.com', name: 'Alice Müller', phoneNumber: '+4930123456', callerType: 'user' },
      to: { uri: account, name: 'Reception' },
      modalities: ['audio'],
      actions: event === 'completed' ? [] : ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline'],
      ...(event === 'completed' && { outcome: { result: 'missed', answered: false } }),
      ...data,
    },
  };
}

/** An active subscription; it has neither URL nor secret, so it cannot be sent to. */
export function sampleSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: 'sub_sample',
    encrypted: '',
    shownUrl: 'https://receiver.example/hooks/REDACTED',
    headerNames: [],
    earlierSecretsUntilMs: [],
    filters: {},
    format: 'cloudevents',
    handshake: 'skip',
    state: { name: 'active' },
    createdBy: 'key:0000',
    createdAtMs: ringStartMs,
    changedAtMs: ringStartMs,
    ...changes,
  };
}

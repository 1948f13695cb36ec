import { compact } from '../invitations/compact';
import type { InvitationData } from '../invitations/invitationData';
import type { RelayEvent } from '../invitations/relayEvent';
import { isInvitationEvent } from '../messaging/parseEventMessage';

/** One level of plain values, as flows and low-code tools like it. */
export type FlatEvent = Readonly<Record<string, string | number | boolean>>;

/**
 * The event as one flat object: what a flow branches on stands at the top (`event`, `answered`, `missed`, `callerName`,
 * `callerNumber`, …). What is not known is absent. `answered` and `missed` are there on completed events only. Pure.
 */
export function toFlatEvent(event: RelayEvent): FlatEvent {
  const envelope = compact({
    id: event.id,
    type: event.type,
    time: new Date(event.timeMs).toISOString(),
    expiresAt: event.expiryTimeMs === undefined ? undefined : new Date(event.expiryTimeMs).toISOString(),
    sequence: event.sequence,
    account: event.account,
  });
  return isInvitationEvent(event) ? { ...envelope, ...flatInvitation(event.data) } : { ...scalarsOf(event.data), ...envelope };
}

function flatInvitation(data: InvitationData): FlatEvent {
  const { from, to, outcome, modalities, acceptedBy } = data;
  return compact({
    invitationId: data.invitationId,
    event: data.event,
    kind: data.kind,
    direction: data.direction,
    state: data.state,
    importance: data.importance,
    subject: data.subject,
    threadId: data.threadId,
    callerName: from?.name,
    callerUri: from?.uri,
    callerNumber: from?.phoneNumber,
    callerType: from?.callerType,
    calleeName: to?.name,
    calleeUri: to?.uri,
    onBehalfOf: data.onBehalfOf?.uri,
    forwardedBy: data.forwardedBy?.uri,
    transferredBy: data.transferredBy?.uri,
    audio: modalities?.includes('audio'),
    video: modalities?.includes('video'),
    delayed: data.delayed,
    canDecline: data.actions.includes('decline'),
    canAcceptOnPhone: data.actions.includes('acceptWithPhoneAudio'),
    answered: outcome?.answered,
    missed: outcome === undefined ? undefined : outcome.result === 'missed',
    outcome: outcome?.result,
    answeredBy: outcome?.answeredBy,
    acceptedByName: acceptedBy?.[0]?.name,
    acceptedByUri: acceptedBy?.[0]?.uri,
  });
}

function scalarsOf(data: unknown): FlatEvent {
  const members = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return Object.fromEntries(members.filter((entry): entry is [string, string | number | boolean] => ['string', 'number', 'boolean'].includes(typeof entry[1])));
}

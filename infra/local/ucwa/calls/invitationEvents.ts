import type { ChannelEvent } from '../channel/channelEvent';
import type { Invitation } from './call';
import {
  communication,
  conversation,
  conversationEndedEvents,
  conversationEvent,
  localParticipantEvent,
  modality,
  modalityEvent,
  participantEvent,
  streamEvents,
} from './conversationEvents';
import { invitationResource } from './invitationResource';
import type { Outcome } from './outcomes';

// The groups of events in an invitation's life, in documented order (UCWA 2.0, "audioVideoInvitation", "phoneAudioInvitation").
// Each group is one response.

/** It rings: started, *then* the conversation, then its local participant; of an outgoing call the modality too. */
export function ringingEvents(invitation: Invitation): ChannelEvent[] {
  return [
    invitationEvent(invitation, 'started'),
    conversationEvent(invitation, 'added'),
    localParticipantEvent(invitation, 'added'),
    ...(invitation.call.direction === 'Outgoing' ? [modalityEvent(invitation)] : []),
  ];
}

/** The other side has joined the conversation; a link only. */
export const participantEvents = (invitation: Invitation): ChannelEvent[] => [participantEvent(invitation, 'added')];

/** Something about the invitation has changed: its state, or the action links are gone. */
export const updatedEvents = (invitation: Invitation): ChannelEvent[] => [invitationEvent(invitation, 'updated')];

/** Media flow: the modality, the conversation and its participants have changed, sessions and streams are there. */
export function connectedEvents(invitation: Invitation): ChannelEvent[] {
  const { call, modalityPath } = invitation;
  // Accepting a conference call joins the meeting and nothing in it.
  if (call.kind === 'onlineMeeting') return [conversationEvent(invitation, 'updated')];
  const session: ChannelEvent = {
    sender: conversation(invitation),
    link: { rel: 'audioVideoSession', href: `${modalityPath}/session` },
    in: modality(invitation),
    type: 'added',
  };
  return [
    modalityEvent(invitation),
    conversationEvent(invitation, 'updated'),
    localParticipantEvent(invitation, 'updated'),
    participantEvent(invitation, 'updated'),
    ...(call.kind === 'audioVideo' ? [session] : []),
    ...streamEvents(invitation),
  ];
}

/** The called side has answered an outgoing call: only now its participant joins, and all of it is one response with the outcome. */
export function answeredEvents(invitation: Invitation, outcome: Outcome): ChannelEvent[] {
  return [
    ...(invitation.call.kind === 'audioVideo' ? negotiationEvents(invitation) : []),
    conversationEvent(invitation, 'updated'),
    participantEvent(invitation, 'added'),
    ...streamEvents(invitation),
    modalityEvent(invitation),
    ...completedEvents(invitation, outcome),
  ];
}

/** The other side's answer to an offer of ours. */
function negotiationEvents(invitation: Invitation): ChannelEvent[] {
  const href = `${invitation.modalityPath}/negotiation`;
  const { sessionContext } = invitation.call.plan;
  const sdp = 'v=0\r\no=- 0 0 IN IP4 192.0.2.20\r\ns=session\r\nt=0 0\r\n';
  return [
    {
      sender: { rel: 'audioVideoInvitation', href: invitation.path },
      link: { rel: 'audioVideoNegotiation', href },
      in: { rel: 'audioVideo', href: invitation.modalityPath },
      type: 'updated',
      embedded: {
        ...(sessionContext !== undefined && { sessionContext }),
        _links: {
          self: { href },
          mediaAnswer: { href: `data:application/sdp;base64,${Buffer.from(sdp).toString('base64')}` },
        },
        rel: 'audioVideoNegotiation',
      },
    },
  ];
}

/** It is over: the outcome, and where it failed the conversation goes with it. */
export function completedEvents(invitation: Invitation, outcome: Outcome): ChannelEvent[] {
  const reason = outcome.status === 'Failure' ? { reason: outcome.reason } : {};
  return [
    { ...invitationEvent(invitation, 'completed'), status: outcome.status, ...reason },
    ...(outcome.status === 'Failure' ? conversationEndedEvents(invitation) : []),
  ];
}

function invitationEvent(invitation: Invitation, type: 'started' | 'updated' | 'completed'): ChannelEvent {
  const { call, path, state } = invitation;
  return {
    sender: communication(invitation),
    link: { rel: `${call.kind}Invitation`, href: path },
    type,
    ...(call.plan.linkOnly ? { state } : { embedded: invitationResource(invitation) }),
  };
}

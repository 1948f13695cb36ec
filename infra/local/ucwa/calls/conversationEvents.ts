import type { ChannelEvent, LinkTarget } from '../channel/channelEvent';
import type { Invitation } from './call';
import { conversationResource, modalityResource } from './modalityResource';
import { participantPath, participantResource } from './people';

// The events of a conversation and its modality. The sender of a conversation is `communication`, that of the rest the conversation.

export function conversationEvent(invitation: Invitation, type: 'added' | 'updated' | 'deleted'): ChannelEvent {
  return {
    sender: communication(invitation),
    link: conversation(invitation),
    type,
    ...(type !== 'deleted' && { embedded: conversationResource(invitation) }),
  };
}

export function localParticipantEvent(invitation: Invitation, type: 'added' | 'updated'): ChannelEvent {
  const { account } = invitation.application;
  return {
    sender: conversation(invitation),
    link: local(invitation),
    type,
    embedded: participantResource(invitation, account, undefined),
  };
}

export function modalityEvent(invitation: Invitation): ChannelEvent {
  return {
    sender: conversation(invitation),
    link: modality(invitation),
    type: 'updated',
    embedded: modalityResource(invitation),
  };
}

/** The other side joins or leaves the conversation; a link only. */
export function participantEvent(invitation: Invitation, type: 'added' | 'updated' | 'deleted'): ChannelEvent {
  const inConversation = type === 'updated' ? {} : { in: conversation(invitation) };
  return { sender: conversation(invitation), link: other(invitation), ...inConversation, type };
}

/** Sound and picture of both sides. */
export function streamEvents(invitation: Invitation): ChannelEvent[] {
  const { call } = invitation;
  const stream = (owner: LinkTarget, rel: string): ChannelEvent => ({
    sender: conversation(invitation),
    link: { rel, href: `${owner.href}/${rel}` },
    in: owner,
    type: 'added',
  });
  const hasVideo = call.kind === 'audioVideo' && call.plan.modalities.includes('video');
  return (hasVideo ? ['participantAudio', 'participantVideo'] : ['participantAudio']).flatMap((rel) => [
    stream(local(invitation), rel),
    stream(other(invitation), rel),
  ]);
}

/** The modality stops, the other side leaves, the conversation ends and goes (the order is not documented). */
export function conversationEndedEvents(invitation: Invitation): ChannelEvent[] {
  const meeting = invitation.call.kind === 'onlineMeeting';
  return [
    ...(meeting ? [] : [modalityEvent(invitation)]),
    ...(invitation.outcome?.status === 'Success' ? [participantEvent(invitation, 'deleted')] : []),
    conversationEvent(invitation, 'updated'),
    conversationEvent(invitation, 'deleted'),
  ];
}

export const communication = ({ application }: Invitation): LinkTarget => ({
  rel: 'communication',
  href: application.communicationPath,
});

export const conversation = ({ conversationPath }: Invitation): LinkTarget => ({
  rel: 'conversation',
  href: conversationPath,
});

export const modality = ({ call, modalityPath }: Invitation): LinkTarget => ({ rel: call.kind, href: modalityPath });

const local = (invitation: Invitation): LinkTarget => ({
  rel: 'localParticipant',
  href: participantPath(invitation, invitation.application.account),
});

const other = (invitation: Invitation): LinkTarget => ({
  rel: 'participant',
  href: participantPath(invitation, invitation.call.otherUri),
  // As seen: an outgoing call's participant bears an empty title.
  title: invitation.call.direction === 'Outgoing' ? '' : (invitation.call.plan.name ?? ''),
});

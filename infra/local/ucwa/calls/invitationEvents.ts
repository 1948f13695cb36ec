import type { ChannelEvent, LinkTarget } from '../channel/channelEvent';
import type { Invitation } from './call';
import { conversationResource, invitationResource, modalityResource } from './invitationResource';
import type { Outcome } from './outcomes';
import { participantPath, participantResource } from './people';

// The groups of events in an invitation's life, in documented order (reference, section 4). Each group is one response.

/** It rings: started, *then* the conversation, then its local participant. */
export function ringingEvents(invitation: Invitation): ChannelEvent[] {
  const { application } = invitation;
  return [
    invitationEvent(invitation, 'started'),
    {
      sender: communication(invitation),
      link: conversation(invitation),
      type: 'added',
      embedded: conversationResource(invitation),
    },
    {
      sender: conversation(invitation),
      link: { rel: 'localParticipant', href: participantPath(invitation, application.account) },
      type: 'added',
      embedded: participantResource(invitation, application.account, undefined),
    },
  ];
}

/** The other side has joined the conversation; a link only. */
export function participantEvents(invitation: Invitation): ChannelEvent[] {
  return [{ sender: conversation(invitation), link: other(invitation), in: conversation(invitation), type: 'added' }];
}

/** Something about the invitation has changed: its state, or the action links are gone. */
export const updatedEvents = (invitation: Invitation): ChannelEvent[] => [invitationEvent(invitation, 'updated')];

/** Media flow: the modality, the conversation and its participants have changed, sessions and streams are there. */
export function connectedEvents(invitation: Invitation): ChannelEvent[] {
  const { call, modalityPath, application } = invitation;
  const sender = conversation(invitation);
  const local = { rel: 'localParticipant', href: participantPath(invitation, application.account) };
  const modality = { rel: call.kind, href: modalityPath };
  const stream = (owner: LinkTarget, rel: string): ChannelEvent => ({
    sender,
    link: { rel, href: `${owner.href}/${rel}` },
    in: owner,
    type: 'added',
  });
  const updated: ChannelEvent = {
    sender: communication(invitation),
    link: conversation(invitation),
    type: 'updated',
    embedded: conversationResource(invitation),
  };
  // Accepting a conference call joins the meeting and nothing in it.
  if (call.kind === 'onlineMeeting') return [updated];
  const streams =
    call.kind === 'phoneAudio' || !call.plan.modalities.includes('video')
      ? ['participantAudio']
      : ['participantAudio', 'participantVideo'];
  return [
    { sender, link: modality, type: 'updated', embedded: modalityResource(invitation) },
    updated,
    { sender, link: local, type: 'updated', embedded: participantResource(invitation, application.account, undefined) },
    { sender, link: other(invitation), type: 'updated' },
    ...(call.kind === 'audioVideo'
      ? [
          {
            sender,
            link: { rel: 'audioVideoSession', href: `${modalityPath}/session` },
            in: modality,
            type: 'added',
          } as const,
        ]
      : []),
    ...streams.flatMap((rel) => [stream(local, rel), stream(other(invitation), rel)]),
  ];
}

/** The other side's answer to an offer of ours. */
export function negotiationEvents(invitation: Invitation): ChannelEvent[] {
  const href = `${invitation.modalityPath}/negotiation`;
  const { sessionContext } = invitation.call.plan;
  return [
    {
      sender: conversation(invitation),
      link: { rel: 'audioVideoNegotiation', href },
      in: { rel: 'audioVideo', href: invitation.modalityPath },
      type: 'updated',
      embedded: {
        ...(sessionContext !== undefined && { sessionContext }),
        _links: {
          self: { href },
          mediaAnswer: {
            href: `data:application/sdp;base64,${Buffer.from(
              'v=0\r\no=- 0 0 IN IP4 ' + '192.0.2.20\r\ns=session\r\nt=0 0\r\n',
            ).toString('base64')}`,
          },
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

export const conversationEndedEvents = (invitation: Invitation): ChannelEvent[] => [
  { sender: communication(invitation), link: conversation(invitation), type: 'deleted' },
];

function invitationEvent(invitation: Invitation, type: 'started' | 'updated' | 'completed'): ChannelEvent {
  const { call, path, state } = invitation;
  return {
    sender: communication(invitation),
    link: { rel: `${call.kind}Invitation`, href: path },
    type,
    ...(call.plan.linkOnly ? { state } : { embedded: invitationResource(invitation) }),
  };
}

const communication = ({ application }: Invitation): LinkTarget => ({
  rel: 'communication',
  href: application.communicationPath,
});
const conversation = ({ conversationPath }: Invitation): LinkTarget => ({
  rel: 'conversation',
  href: conversationPath,
});
const other = (invitation: Invitation): LinkTarget => ({
  rel: 'participant',
  href: participantPath(invitation, invitation.call.otherUri),
  title: invitation.call.plan.name ?? '',
});

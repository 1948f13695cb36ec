import { z } from 'zod';
import type { CallContext } from '../../invitations/calls/callData';
import { compact } from '../../invitations/compact';
import type { InvitationData } from '../../invitations/invitationData';

const text = (title: string, description: string) => z.string().exactOptional().meta({ title, description });
const flag = (title: string, description: string) => z.boolean().exactOptional().meta({ title, description });

/**
 * A call as one level of plain values, in words that somebody without code understands: the titles are what a maker of a
 * flow sees. What is not known is absent.
 */
export const flatCallSchema = z.strictObject({
  invitationId: z.string().meta({ title: 'Call ID', description: 'Names the call in every action' }),
  event: z.enum(['started', 'updated', 'completed']).meta({
    title: 'What Happened',
    description: 'started: it rings; updated: something about it changed; completed: the ringing is over',
  }),
  kind: z.string().meta({ title: 'Kind', description: 'audioVideo, phoneAudio or onlineMeeting' }),
  direction: text('Direction', 'incoming or outgoing'),
  state: text('State', 'Where the call stands: connecting, alerting, connected, declined and others'),
  importance: text('Importance', 'normal, urgent or emergency'),
  subject: text('Subject', 'What the caller says that it is about'),
  threadId: text('Conversation ID', 'The same for all calls of one conversation'),
  callerName: text('Caller Name', 'Who calls, as it is displayed'),
  callerUri: text('Caller Address', 'SIP or telephone address of the caller'),
  callerNumber: text('Caller Number', 'Telephone number of the caller with country code, such as +14255550100'),
  callerType: text('Caller Type', 'user, phone, guest, service or withheld, where it is known'),
  callerTitle: text('Caller Title', 'Position of the caller, where the relay may read it'),
  callerDepartment: text('Caller Department', 'Department of the caller, where the relay may read it'),
  callerCompany: text('Caller Company', 'Company of the caller, where the relay may read it'),
  callerOffice: text('Caller Office', 'Where the caller works, where the relay may read it'),
  calleeName: text('Called Name', 'Who is called, as it is displayed'),
  calleeUri: text('Called Address', 'SIP or telephone address that is called'),
  calleeNumber: text('Called Number', 'Telephone number that is called with country code, such as +14255550100'),
  route: text('Route', 'How the call came to the account: direct, delegate, forwarded, transferred or unknown'),
  onBehalfOf: text('On Behalf Of', 'Address of the person for whom the call is made or received'),
  forwardedBy: text('Forwarded By', 'Address of the person who forwarded the call'),
  transferredBy: text('Transferred By', 'Address of the person who transferred the call'),
  context: text('Attached Data', 'JSON that another system attached to the call; empty where nothing was'),
  audio: flag('Audio', 'Whether the call has sound'),
  video: flag('Video', 'Whether the call has a picture'),
  delayed: flag('Delayed', 'Present and true where this comes more than five seconds late'),
  canDecline: z.boolean().meta({ title: 'Can Reject', description: 'Whether the call can be rejected now' }),
  canAcceptOnPhone: z
    .boolean()
    .meta({ title: 'Can Accept On Phone', description: 'Whether the call can be sent to the phone of its user now' }),
  answered: flag('Answered', 'Whether somebody took the call; empty while it rings, and where it is not known'),
  missed: flag('Missed', 'Whether nobody took the call; empty while it rings'),
  outcome: text(
    'Outcome',
    'How the ringing ended: answered, answeredElsewhere, declined, busy, missed, cancelled, forwarded, transferred or failed',
  ),
  answeredBy: text('Answered By', 'relay, otherEndpoint, otherPerson, voicemail or unknown'),
  acceptedByName: text('Accepted By Name', 'Who took the call, where Skype for Business names anyone'),
  acceptedByUri: text('Accepted By Address', 'Address of the person who took the call'),
});
type FlatCall = z.infer<typeof flatCallSchema>;

/** Whether a command can send the call to the user's own phone: a plain `accept` does so too, on a phone-audio invitation. */
export function canAcceptOnPhone({ actions }: InvitationData): boolean {
  return actions.includes('acceptWithPhoneAudio') || actions.includes('accept');
}

/** What is attached to a call as one plain value: its JSON. Pure. */
export function toContextText(context: CallContext | undefined): string | undefined {
  return context === undefined ? undefined : JSON.stringify(context);
}

/** The snapshot of an invitation as a flat call. `answered` and `missed` are there on completed ones only. Pure. */
// eslint-disable-next-line complexity -- a table, a line for each value; each `?.` counts as a branch
export function toFlatCall(data: InvitationData): FlatCall {
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
    callerTitle: from?.contact?.title,
    callerDepartment: from?.contact?.department,
    callerCompany: from?.contact?.company,
    callerOffice: from?.contact?.office,
    calleeName: to?.name,
    calleeUri: to?.uri,
    calleeNumber: to?.phoneNumber,
    route: data.route,
    onBehalfOf: data.onBehalfOf?.uri,
    forwardedBy: data.forwardedBy?.uri,
    transferredBy: data.transferredBy?.uri,
    context: toContextText(data.context),
    audio: modalities?.includes('audio'),
    video: modalities?.includes('video'),
    delayed: data.delayed,
    canDecline: data.actions.includes('decline'),
    canAcceptOnPhone: canAcceptOnPhone(data),
    answered: outcome?.answered,
    missed: outcome === undefined ? undefined : outcome.result === 'missed',
    outcome: outcome?.result,
    answeredBy: outcome?.answeredBy,
    acceptedByName: acceptedBy?.[0]?.name,
    acceptedByUri: acceptedBy?.[0]?.uri,
  });
}

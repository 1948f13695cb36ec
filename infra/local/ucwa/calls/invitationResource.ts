import type { Hal } from '../http/hal';
import { toLinks } from '../http/hal';
import type { Invitation } from './call';
import { modalityName, stopPath } from './modalityResource';
import { mediaOfferHref } from './mediaOffer';
import { outcomes } from './outcomes';
import { contactPath, participantPath, participantResource } from './people';

/**
 * An invitation as it stands at this moment. A link's presence is the capability: what can be done follows kind,
 * direction and state, and nothing can be done once an action is under way (UCWA 2.0, "audioVideoInvitation",
 * "phoneAudioInvitation"; the incoming shape as seen on servers).
 */
export function invitationResource(invitation: Invitation): Hal {
  const { call, application } = invitation;
  const isIncoming = call.direction === 'Incoming';
  const ends = {
    from: isIncoming ? call.plan.from : application.account,
    to: isIncoming ? (call.plan.to ?? application.account) : call.otherUri,
  };
  return {
    ...properties(invitation, ends),
    _links: toLinks({ ...links(invitation, ends), ...actionLinks(invitation) }),
    _embedded: embedded(invitation, ends),
    rel: `${call.kind}Invitation`,
  };
}

/** SIP addresses of who calls and who is called. */
interface Ends {
  readonly from: string;
  readonly to: string;
}

function properties({ call, application, state }: Invitation, { to }: Ends): Hal {
  const { plan, kind } = call;
  const phoneNumber = plan.phoneNumber ?? application.availability?.phoneNumber;
  return {
    direction: call.direction,
    importance: plan.importance,
    threadId: call.threadId,
    state,
    subject: plan.subject,
    ...(kind === 'audioVideo' && { bandwidthControlId: call.id.slice(0, 8), privateLine: plan.privateLine }),
    ...(kind === 'phoneAudio' && phoneNumber !== undefined && { phoneNumber }),
    ...(kind === 'onlineMeeting' && {
      onlineMeetingUri: `${plan.from};gruu;opaque=app:conf:focus:id:${call.id.slice(0, 8)}`,
      availableModalities: plan.modalities.map(modalityName),
    }),
    ...((kind !== 'audioVideo' || call.direction === 'Outgoing') && { to }),
    ...(plan.operationId !== undefined && { operationId: plan.operationId }),
    ...(plan.sessionContext !== undefined && { sessionContext: plan.sessionContext }),
    ...(plan.delegator !== undefined && { delegator: plan.delegator }),
  };
}

function links(invitation: Invitation, { from, to }: Ends): Record<string, string | undefined> {
  const { call, application, path, conversationPath, modalityPath, outcome } = invitation;
  const { plan, kind } = call;
  const isIncoming = call.direction === 'Incoming';
  const isMedia = kind === 'audioVideo';
  const person = (uri: string | undefined): string | undefined =>
    uri === undefined ? undefined : contactPath(application, uri);
  return {
    self: path,
    from: isIncoming ? undefined : participantPath(invitation, from),
    to: person(to),
    conversation: conversationPath,
    [kind]: kind === 'onlineMeeting' ? undefined : modalityPath,
    mediaOffer: isMedia && isIncoming && outcome === undefined ? mediaOfferHref(call.id, plan.modalities) : undefined,
    reportMediaDiagnostics: isMedia ? `${modalityPath}/reportMediaDiagnostics` : undefined,
    onBehalfOf: person(plan.onBehalfOf),
    delegator: person(plan.delegator),
    forwardedBy: person(plan.forwardedBy),
    transferredBy: person(plan.transferredBy),
    acceptedByContact: outcome === outcomes.answeredElsewhere ? person(application.account) : undefined,
  };
}

function embedded(invitation: Invitation, { from }: Ends): NonNullable<Hal['_embedded']> {
  const { call, outcome } = invitation;
  if (call.direction === 'Incoming') return { from: participantResource(invitation, from, call.plan.name) };
  const isConnected = outcome?.status === 'Success';
  return isConnected ? { acceptedByParticipant: [participantResource(invitation, call.otherUri, call.plan.name)] } : {};
}

/** The links by which a client acts on the invitation now; none when an action is under way or it is over. */
export function actionLinks(invitation: Invitation): Record<string, string> {
  const { call, path } = invitation;
  if (invitation.isUnderWay || invitation.outcome !== undefined) return {};
  const link = (...rels: string[]): Record<string, string> =>
    Object.fromEntries(rels.map((rel) => [rel, `${path}/${rel}`]));
  // As seen: what cancels the invitation stops the modality, at every moment.
  if (call.direction === 'Outgoing') return { cancel: stopPath(invitation) };
  if (call.kind !== 'audioVideo') return link('accept', 'decline');
  const { availability } = invitation.application;
  const hasPhone = availability?.phoneNumber !== undefined || call.plan.line;
  const toPhone = call.plan.phoneAudio && hasPhone && (availability?.modalities.includes('PhoneAudio') ?? false);
  return link('acceptWithAnswer', ...(toPhone ? ['acceptWithPhoneAudio'] : []), 'sendProvisionalAnswer', 'decline');
}

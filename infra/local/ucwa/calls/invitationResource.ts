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
  const { call, application, path, conversationPath, modalityPath } = invitation;
  const { plan } = call;
  const { availability } = application;
  const incoming = call.direction === 'Incoming';
  const person = (uri: string | undefined): string | undefined =>
    uri === undefined ? undefined : contactPath(application, uri);
  const media = call.kind === 'audioVideo';
  const meeting = call.kind === 'onlineMeeting';
  const fromUri = incoming ? plan.from : application.account;
  const toUri = incoming ? (plan.to ?? application.account) : call.otherUri;
  const connected = invitation.outcome?.status === 'Success';
  const phoneNumber = plan.phoneNumber ?? availability?.phoneNumber;
  return {
    direction: call.direction,
    importance: plan.importance,
    threadId: call.threadId,
    state: invitation.state,
    subject: plan.subject,
    ...(media && { bandwidthControlId: call.id.slice(0, 8), privateLine: plan.privateLine }),
    ...(call.kind === 'phoneAudio' && phoneNumber !== undefined && { phoneNumber }),
    ...(meeting && {
      onlineMeetingUri: `${plan.from};gruu;opaque=app:conf:focus:id:${call.id.slice(0, 8)}`,
      availableModalities: plan.modalities.map(modalityName),
    }),
    ...((!media || !incoming) && { to: toUri }),
    ...(plan.operationId !== undefined && { operationId: plan.operationId }),
    ...(plan.sessionContext !== undefined && { sessionContext: plan.sessionContext }),
    ...(plan.delegator !== undefined && { delegator: plan.delegator }),
    _links: toLinks({
      self: path,
      from: incoming ? undefined : participantPath(invitation, fromUri),
      to: person(toUri),
      conversation: conversationPath,
      [call.kind]: meeting ? undefined : modalityPath,
      mediaOffer:
        media && incoming && invitation.outcome === undefined ? mediaOfferHref(call.id, plan.modalities) : undefined,
      ...actionLinks(invitation),
      reportMediaDiagnostics: media ? `${modalityPath}/reportMediaDiagnostics` : undefined,
      onBehalfOf: person(plan.onBehalfOf),
      delegator: person(plan.delegator),
      forwardedBy: person(plan.forwardedBy),
      transferredBy: person(plan.transferredBy),
      acceptedByContact: invitation.outcome === outcomes.answeredElsewhere ? person(application.account) : undefined,
    }),
    _embedded: {
      ...(incoming && { from: participantResource(invitation, fromUri, plan.name) }),
      ...(connected &&
        !incoming && { acceptedByParticipant: [participantResource(invitation, call.otherUri, plan.name)] }),
    },
    rel: `${call.kind}Invitation`,
  };
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

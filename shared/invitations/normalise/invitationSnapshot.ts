import type { Resource } from '../resource';
import { compact, compactOrAbsent } from '../compact';
import { toEventSpelling } from './enumerations';
import type { InvitationData, Person } from '../invitationData';
import type { KindRow } from '../kinds';
import { mediaFacts } from './mediaFacts';
import { acceptedBy, calleeOf, callerOf, isToAccount, personOf, type PeopleContext } from './people';
import { phoneNumberOf } from '../sipUri';
import { routeOf } from './route';
import { embeddedOf, flagOf, linksOf, textOf } from './resourceReading';
import { barePath } from '../resourcePath';

export interface SnapshotOptions extends PeopleContext {
  readonly kind: KindRow;
  /** Whether SDP goes into the event. */
  readonly includeSdp: boolean;
}

/** What an invitation's resource tells at this moment: the part of an event's data that is not the event's own. */
export type InvitationSnapshot = Omit<
  InvitationData,
  'invitationId' | 'event' | 'kind' | 'account' | 'delayed' | 'omitted' | 'outcome'
>;

/** Reads an invitation, whatever is missing in it. What UCWA did not send is absent; no resource gives a snapshot without facts. */
export function invitationSnapshot(
  invitation: Resource | undefined,
  { kind, includeSdp, ...context }: SnapshotOptions,
): InvitationSnapshot {
  const text = (name: string): string | undefined => textOf(invitation, name);
  const flag = (name: string): boolean | undefined => flagOf(invitation, name);
  const person = (rel: string): Person | undefined => personOf(invitation, rel, context);
  const { media, modalities } = mediaFacts(invitation, kind, includeSdp);
  const phoneNumber = text('phoneNumber');
  const reached = {
    direction: toEventSpelling.direction(text('direction')),
    to: calleeOf(invitation, context),
    onBehalfOf: person('onBehalfOf'),
    delegator: person('delegator'),
    forwardedBy: person('forwardedBy'),
    transferredBy: person('transferredBy'),
  };
  return compact({
    direction: reached.direction,
    state: toEventSpelling.state(text('state')),
    importance: toEventSpelling.importance(text('importance')),
    subject: text('subject'),
    threadId: text('threadId'),
    operationId: text('operationId'),
    sessionContext: text('sessionContext'),
    privateLine: flag('privateLine'),
    joinAudioMuted: flag('joinAudioMuted'),
    joinVideoMuted: flag('joinVideoMuted'),
    bandwidthControlId: text('bandwidthControlId'),
    route:
      invitation === undefined
        ? undefined
        : routeOf({ ...compact(reached), toAccount: isToAccount(invitation, context) }),
    from: callerOf(invitation, context),
    to: reached.to,
    onBehalfOf: reached.onBehalfOf,
    delegator: reached.delegator,
    forwardedBy: reached.forwardedBy,
    transferredBy: reached.transferredBy,
    acceptedBy: acceptedBy(invitation, context),
    phoneNumber: phoneNumber === undefined ? undefined : (phoneNumberOf(phoneNumber) ?? phoneNumber),
    modalities,
    media,
    location: locationOf(invitation),
    related: relatedOf(invitation),
    actions: actionsOf(invitation, kind),
  });
}

function locationOf(invitation: Resource | undefined): InvitationData['location'] {
  const text = (name: string): string | undefined => textOf(invitation, name);
  return compactOrAbsent({
    address: text('address'),
    building: text('building'),
    city: text('city'),
    state: text('locationState'),
    country: text('country'),
    zip: text('zip'),
  });
}

function relatedOf(invitation: Resource | undefined): InvitationData['related'] {
  const related = (rel: string): string | undefined => relatedPath(invitation, rel);
  return compactOrAbsent({
    conversation: related('conversation'),
    audioVideo: related('audioVideo'),
    phoneAudio: related('phoneAudio'),
    derivedConversation: related('derivedConversation'),
    derivedAudioVideo: related('derivedAudioVideo'),
    derivedPhoneAudio: related('derivedPhoneAudio'),
    replacesAudioVideo: related('replacesAudioVideo'),
    replacesPhoneAudio: related('replacesPhoneAudio'),
  });
}

/** The actions whose links are there now; that is the only test of what can be done (UCWA 2.0: links are capabilities). */
export function actionsOf(invitation: Resource | undefined, kind: KindRow): InvitationData['actions'] {
  return kind.actions.filter((action) => linksOf(invitation, action).length > 0);
}

function relatedPath(invitation: Resource | undefined, rel: string): string | undefined {
  const href = linksOf(invitation, rel)[0]?.href ?? linksOf(embeddedOf(invitation, rel)[0], 'self')[0]?.href;
  return href === undefined ? undefined : barePath(href);
}

import type { Resource } from '../ucwa/resource';
import { compact, compactOrAbsent } from './compact';
import { toEventSpelling } from './enumerations';
import type { InvitationData } from './invitationData';
import type { KindRow } from './kinds';
import type { FetchedResources } from './linkedHrefs';
import { mediaFacts } from './mediaFacts';
import { acceptedBy, callerOf, personOf } from './people';
import { embeddedOf, flagOf, linksOf, textOf } from './resourceReading';
import { barePath } from './resourcePath';

export interface SnapshotOptions {
  readonly kind: KindRow;
  readonly fetched: FetchedResources;
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
  { kind, fetched, includeSdp }: SnapshotOptions,
): InvitationSnapshot {
  const text = (name: string): string | undefined => textOf(invitation, name);
  const flag = (name: string): boolean | undefined => flagOf(invitation, name);
  const person = (rel: string): InvitationData['to'] => personOf(invitation, rel, fetched);
  const { media, modalities } = mediaFacts(invitation, kind, includeSdp);
  return compact({
    direction: toEventSpelling.direction(text('direction')),
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
    from: callerOf(invitation, fetched),
    to: person('to'),
    onBehalfOf: person('onBehalfOf'),
    delegator: person('delegator'),
    forwardedBy: person('forwardedBy'),
    transferredBy: person('transferredBy'),
    acceptedBy: acceptedBy(invitation, fetched),
    modalities,
    media,
    location: compactOrAbsent({
      address: text('address'),
      building: text('building'),
      city: text('city'),
      state: text('locationState'),
      country: text('country'),
      zip: text('zip'),
    }),
    related: compactOrAbsent({
      conversation: relatedPath(invitation, 'conversation'),
      audioVideo: relatedPath(invitation, 'audioVideo'),
      derivedConversation: relatedPath(invitation, 'derivedConversation'),
      derivedAudioVideo: relatedPath(invitation, 'derivedAudioVideo'),
      replacesAudioVideo: relatedPath(invitation, 'replacesAudioVideo'),
    }),
    actions: actionsOf(invitation, kind),
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

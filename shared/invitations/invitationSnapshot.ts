import type { Resource } from '../ucwa/resource';
import { compact, compactOrAbsent } from './compact';
import { decodeDataUri } from './dataUri';
import { toEventSpelling } from './enumerations';
import type { InvitationData } from './invitationData';
import type { KindRow } from './kinds';
import type { FetchedResources } from './linkedHrefs';
import { mediaOf, parseMediaOffer, type MediaOffer } from './mediaOffer';
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
export type InvitationSnapshot = Omit<InvitationData, 'invitationId' | 'event' | 'kind' | 'account' | 'delayed' | 'omitted' | 'outcome'>;

/** Reads an invitation, whatever is missing in it. What UCWA did not send is absent; no resource gives a snapshot without facts. */
export function invitationSnapshot(invitation: Resource | undefined, { kind, fetched, includeSdp }: SnapshotOptions): InvitationSnapshot {
  const text = (name: string): string | undefined => textOf(invitation, name);
  const flag = (name: string): boolean | undefined => flagOf(invitation, name);
  const person = (rel: string): InvitationData['to'] => personOf(invitation, rel, fetched);
  const offers = contentUris(invitation, 'mediaOffer').flatMap(parseMediaOffer);
  return {
    ...compact({
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
      modalities: orAbsent([...new Set([...kind.modalities, ...mediaOf(offers)])]),
      media: compactOrAbsent({
        offers: orAbsent(includeSdp ? offers : offers.map(withoutSdp)),
        customContent: customContentOf(invitation, includeSdp),
      }),
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
    }),
    actions: actionsOf(invitation, kind),
  };
}

/** The actions whose links are there now; that is the only test of what can be done (UCWA 2.0: links are capabilities). */
export function actionsOf(invitation: Resource | undefined, kind: KindRow): InvitationData['actions'] {
  return kind.actions.filter((action) => linksOf(invitation, action).length > 0);
}

function withoutSdp({ contentId, fallback }: MediaOffer): MediaOffer {
  return { ...compact({ contentId }), fallback };
}

/** The text of the caller's custom content; SDP in it is treated as any SDP. */
function customContentOf(invitation: Resource | undefined, includeSdp: boolean): string | undefined {
  const [uri] = contentUris(invitation, 'customContent');
  if (uri === undefined) return textOf(invitation, 'customContent');
  const data = decodeDataUri(uri);
  const isSdp = data !== undefined && (data.mediaType === 'application/sdp' || data.mediaType.startsWith('multipart/') || /^v=0\r?$/m.test(data.text ?? ''));
  return data?.text === '' || (isSdp && !includeSdp) ? undefined : data?.text;
}

/** Data URIs stand among the links; the documentation also lists them among the properties. */
function contentUris(invitation: Resource | undefined, name: string): readonly string[] {
  const uris = [...linksOf(invitation, name).map(({ href }) => href), textOf(invitation, name) ?? ''];
  return [...new Set(uris)].filter((uri) => /^data:/i.test(uri));
}

function relatedPath(invitation: Resource | undefined, rel: string): string | undefined {
  const href = linksOf(invitation, rel)[0]?.href ?? linksOf(embeddedOf(invitation, rel)[0], 'self')[0]?.href;
  return href === undefined ? undefined : barePath(href);
}

function orAbsent<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}

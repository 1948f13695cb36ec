import type { Resource } from '../resource';
import { compact, compactOrAbsent } from '../compact';
import { decodeDataUri } from './dataUri';
import type { InvitationData } from '../invitationData';
import type { KindRow } from '../kinds';
import { mediaOf, parseMediaOffer, type MediaOffer } from './mediaOffer';
import { linksOf, listOf, own, textOf } from './resourceReading';

/**
 * What an invitation tells of its media: the offers and the custom content, and which media are offered (as far as the
 * offers or the kind itself show). SDP is left out unless it is wanted, wherever it stands.
 */
export function mediaFacts(
  invitation: Resource | undefined,
  kind: KindRow,
  includeSdp: boolean,
): { [Name in 'media' | 'modalities']: InvitationData[Name] | undefined } {
  const offers = contentUris(invitation, 'mediaOffer').flatMap(parseMediaOffer);
  return {
    modalities: orAbsent([...new Set([...kind.modalities, ...mediaOf(offers), ...availableMedia(invitation)])]),
    media: compactOrAbsent({
      offers: orAbsent(includeSdp ? offers : offers.map(withoutSdp)),
      customContent: customContentOf(invitation, includeSdp),
    }),
  };
}

/** UCWA's modalities that make an invitation a call, and what events call them. */
const callMedia: ReadonlyMap<string, string> = new Map([
  ['audio', 'audio'],
  ['phoneaudio', 'audio'],
  ['video', 'video'],
]);

/**
 * Whether an invitation is a call. One that lists its modalities (`availableModalities` of an onlineMeetingInvitation) is
 * none without sound or picture among them: an invitation to messages or to a shared screen. What lists none counts as a
 * call, for no call may be silent.
 */
export function isCall(invitation: Resource | undefined): boolean {
  return own(invitation?.properties, 'availableModalities') === undefined || availableMedia(invitation).length > 0;
}

function availableMedia(invitation: Resource | undefined): readonly string[] {
  const stated = own(invitation?.properties, 'availableModalities');
  return (typeof stated === 'string' ? [stated] : listOf(stated)).flatMap((name) =>
    typeof name === 'string' ? (callMedia.get(name.toLowerCase()) ?? []) : [],
  );
}

/** The custom content where it is text; one that holds SDP, or several parts, is treated as SDP. */
function customContentOf(invitation: Resource | undefined, includeSdp: boolean): string | undefined {
  const [uri] = contentUris(invitation, 'customContent');
  const data = uri === undefined ? undefined : decodeDataUri(uri);
  const text = uri === undefined ? textOf(invitation, 'customContent') : data?.text;
  const isSdp = /^(application\/sdp$|multipart\/)/.test(data?.mediaType ?? '') || /^v=0\r?$/m.test(text ?? '');
  return text === '' || (isSdp && !includeSdp) ? undefined : text;
}

/** Data URIs stand among the links; the documentation also lists them among the properties. */
function contentUris(invitation: Resource | undefined, name: string): readonly string[] {
  const linked = linksOf(invitation, name).map(({ href }) => href);
  const stated = textOf(invitation, name);
  const uris = stated === undefined ? linked : [...linked, stated];
  return (uris.length < 2 ? uris : [...new Set(uris)]).filter((uri) => /^data:/i.test(uri));
}

function withoutSdp({ contentId, fallback }: MediaOffer): MediaOffer {
  return compact({ contentId, fallback });
}

function orAbsent<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}

import type { EventPackage, Resource } from '../ucwa/resource';
import type { Kind } from './kinds';
import { packageParts } from './packageParts';
import { embeddedOf, linksOf, textOf, titleOf } from './resourceReading';
import { resourcePath } from './resourcePath';

/**
 * Linked resources by their path (the very strings that linkedHrefs gave); undefined for one that was asked for and is
 * gone or did not come in time.
 */
export type FetchedResources = ReadonlyMap<string, Resource | undefined>;

/** The people whom an invitation can link, the most telling first. */
const PEOPLE = [
  'from',
  'onBehalfOf',
  'forwardedBy',
  'transferredBy',
  'delegator',
  'to',
  'acceptedByContact',
  'acceptedByParticipant',
] as const;

/**
 * What should be fetched before a package is normalised, as host-relative paths, each once, the most important first:
 * invitations that the package only links (a completed one too), then the people whom known invitations link without
 * embedding them. Call it again with what was fetched to learn whom those invitations link. A caller may stop anywhere:
 * what is not fetched is absent from the events.
 */
export function linkedHrefs(pkg: EventPackage, fetched: FetchedResources, kinds: readonly Kind[]): string[] {
  const wanted = new Set<string>();
  const want = (href: string): void => {
    const path = resourcePath(href);
    if (path !== undefined && !fetched.has(path)) wanted.add(path);
  };
  const known: Resource[] = [];
  for (const part of packageParts(pkg, kinds)) {
    if (part.type !== 'invitation') continue;
    const { resource, link } = part.event;
    if (resource === undefined) want(link.href);
    const invitation = resource ?? fetched.get(resourcePath(link.href) ?? '');
    if (invitation !== undefined) known.push(invitation);
  }
  for (const rel of PEOPLE) for (const invitation of known) hrefsOf(invitation, rel).forEach(want);
  return [...wanted];
}

/** The links of a rel that would tell more than is known: nothing is embedded, and address or name is missing. */
function hrefsOf(invitation: Resource, rel: (typeof PEOPLE)[number]): readonly string[] {
  if (embeddedOf(invitation, rel).length > 0) return [];
  const links = linksOf(invitation, rel);
  const isKnown = textOf(invitation, rel) !== undefined && titleOf(links[0]) !== undefined;
  return isKnown ? [] : links.map(({ href }) => href);
}

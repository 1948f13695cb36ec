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
const PEOPLE = ['from', 'onBehalfOf', 'forwardedBy', 'transferredBy', 'delegator', 'to', 'acceptedByContact', 'acceptedByParticipant'] as const;

/**
 * What should be fetched before a package is normalised, as host-relative paths, each once, the most important first:
 * invitations that the package only links (a completed one too), then the people whom known invitations link without
 * embedding them. Call it again with what was fetched to learn whom those invitations link. A caller may stop anywhere:
 * what is not fetched is absent from the events.
 */
export function linkedHrefs(pkg: EventPackage, fetched: FetchedResources, kinds: readonly Kind[]): string[] {
  const events = packageParts(pkg, kinds).flatMap((part) => (part.type === 'invitation' ? [part.event] : []));
  const invitations = events.filter(({ resource }) => resource === undefined).map(({ link }) => link.href);
  const known = events.flatMap(({ resource, link }) => resource ?? fetched.get(resourcePath(link.href) ?? '') ?? []);
  const people = PEOPLE.flatMap((rel) => known.flatMap((invitation) => hrefsOf(invitation, rel)));
  const paths = [...invitations, ...people].map(resourcePath).filter((path) => path !== undefined);
  return [...new Set(paths)].filter((path) => !fetched.has(path));
}

/** The links of a rel that would tell more than is known: nothing is embedded, and address or name is missing. */
function hrefsOf(invitation: Resource, rel: (typeof PEOPLE)[number]): readonly string[] {
  if (embeddedOf(invitation, rel).length > 0) return [];
  const links = linksOf(invitation, rel);
  const isKnown = textOf(invitation, rel) !== undefined && titleOf(links[0]) !== undefined;
  return isKnown ? [] : links.map(({ href }) => href);
}

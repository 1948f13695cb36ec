import type { FetchedResources } from './fetchedResources';
import type { EventPackage, Resource } from '../resource';
import type { Kind } from '../kinds';
import { packageParts } from './packageParts';
import { isAccount } from './people';
import { personUriOf } from './personUri';
import { embeddedOf, linksOf, textOf, titleOf } from './resourceReading';
import { resourcePath } from '../resourcePath';

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
 * embedding them, but never the account's own user. Call it again with what was fetched to learn whom those invitations
 * link. A caller may stop anywhere: of a person who is not fetched the events tell what the link shows.
 */
export function linkedHrefs(
  pkg: EventPackage,
  fetched: FetchedResources,
  { account, kinds }: { readonly account: string; readonly kinds: readonly Kind[] },
): string[] {
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
  for (const rel of PEOPLE) for (const invitation of known) hrefsOf(invitation, rel, account).forEach(want);
  return [...wanted];
}

/** The links of a rel that would tell more than is known: nothing is embedded, address or name is missing, and it is not the account. */
function hrefsOf(invitation: Resource, rel: (typeof PEOPLE)[number], account: string): readonly string[] {
  const links = linksOf(invitation, rel);
  if (links.length === 0 || embeddedOf(invitation, rel).length > 0) return [];
  const address = textOf(invitation, rel);
  const isKnown = address !== undefined && titleOf(links[0]) !== undefined;
  if (isKnown || isAccount([address], account)) return [];
  return links.map(({ href }) => href).filter((href) => !isAccount([personUriOf(href)], account));
}

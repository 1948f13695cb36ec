import { compactOrAbsent } from '../compact';
import type { InvitationData } from '../invitationData';
import type { Kind } from '../kinds';
import type { EventPackage, Resource } from '../resource';
import { resourcePath } from '../resourcePath';
import { isSameAddress } from '../sipUri';
import type { FetchedResources } from './fetchedResources';
import { packageParts } from './packageParts';
import { personUriOf } from './personUri';
import { embeddedOf, linksOf, textOf } from './resourceReading';

type CallerContact = NonNullable<NonNullable<InvitationData['from']>['contact']>;

/**
 * The contacts of the callers of a package's invitations that were not fetched yet, as host-relative paths, each once. A caller whose
 * contact is linked by a participant that was not fetched is asked for first: call it again then. Pure.
 */
export function callerContactHrefs(
  pkg: EventPackage,
  fetched: FetchedResources,
  { account, kinds }: { readonly account: string; readonly kinds: readonly Kind[] },
): string[] {
  const wanted = new Set<string>();
  for (const part of packageParts(pkg, kinds)) {
    if (part.type !== 'invitation') continue;
    const { resource, link } = part.event;
    const path = contactPathOf(resource ?? fetched.get(resourcePath(link.href) ?? ''), fetched, account);
    if (path !== undefined && !fetched.has(path)) wanted.add(path);
  }
  return [...wanted];
}

/** What the caller's contact tells of them beside the name (UCWA 2.0, "contact"); each may be missing. Pure. */
export function callerContact(
  invitation: Resource | undefined,
  fetched: FetchedResources,
  account: string,
): CallerContact | undefined {
  const contact = fetched.get(contactPathOf(invitation, fetched, account) ?? '');
  return compactOrAbsent({
    title: textOf(contact, 'title'),
    department: textOf(contact, 'department'),
    company: textOf(contact, 'company'),
    office: textOf(contact, 'office'),
  });
}

/** Where the caller's contact is: where the participant links it, else where `from` itself leads. Undefined for the account's own user. */
function contactPathOf(
  invitation: Resource | undefined,
  fetched: FetchedResources,
  account: string,
): string | undefined {
  const from = linksOf(invitation, 'from')[0];
  const linked = from === undefined ? undefined : fetched.get(resourcePath(from.href) ?? '');
  const person = embeddedOf(invitation, 'from')[0] ?? linked;
  const uri = textOf(person, 'uri') ?? (from && personUriOf(from.href));
  if (uri !== undefined && isSameAddress(uri, account)) return undefined;
  const href = linksOf(person, 'contact')[0]?.href ?? from?.href;
  return href === undefined ? undefined : resourcePath(href);
}

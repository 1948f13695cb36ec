import type { Link, Resource } from '../resource';
import { compact, compactOrAbsent } from '../compact';
import { callerContact } from './callerContact';
import { toEventSpelling } from './enumerations';
import type { InvitationData, Person } from '../invitationData';
import type { FetchedResources } from './fetchedResources';
import { personUriOf } from './personUri';
import { embeddedOf, flagOf, linksOf, textOf, titleOf } from './resourceReading';
import { resourcePath } from '../resourcePath';
import { isSameAddress, namedBy, phoneNumberOf } from '../sipUri';

type Caller = NonNullable<InvitationData['from']>;
type Callee = NonNullable<InvitationData['to']>;

/** What is known of people beside the invitation itself. */
export interface PeopleContext {
  /** The account's SIP URI. */
  readonly account: string;
  /** Its user's name, where the application's `me` told it. */
  readonly accountName: string | undefined;
  readonly fetched: FetchedResources;
  /** Whether what the caller's contact tells goes into the event. */
  readonly contactDetails: boolean;
}

/**
 * The person under a rel: what is embedded counts first, then the property of that name (an address), then the linked
 * resource if it was fetched, then the link itself: its title (a name) and the URI in its href. A person whose link tells
 * nothing that can be read is still there, with `resolved: false` alone. Absent only when there is no such person.
 */
export function personOf(invitation: Resource | undefined, rel: string, context: PeopleContext): Person | undefined {
  const sources = sourcesOf(invitation, rel, context);
  return sources === undefined ? undefined : toPerson(sources, context);
}

/** Who was meant to be called, as far as anything tells. */
export function calleeOf(invitation: Resource | undefined, context: PeopleContext): Callee | undefined {
  const { uri, name } = personOf(invitation, 'to', context) ?? {};
  return compactOrAbsent({ uri, name, phoneNumber: uri === undefined ? undefined : phoneNumberOf(uri) });
}

/** Who sent the invitation, with all that a participant resource tells. */
export function callerOf(invitation: Resource | undefined, context: PeopleContext): Caller | undefined {
  const sources = sourcesOf(invitation, 'from', context) ?? {};
  const text = (name: string): string | undefined => textOf(sources.embedded, name) ?? textOf(sources.linked, name);
  const flag = (name: string): boolean | undefined => flagOf(sources.embedded, name) ?? flagOf(sources.linked, name);
  const person = toPerson(sources, context);
  const anonymous = flag('anonymous');
  return compactOrAbsent({
    uri: person?.uri,
    name: person?.name,
    phoneNumber: person?.uri === undefined ? undefined : phoneNumberOf(person.uri),
    callerType: callerTypeOf(person, anonymous),
    sourceNetwork: toEventSpelling.sourceNetwork(text('sourceNetwork')),
    role: toEventSpelling.role(text('role')),
    anonymous,
    inLobby: flag('inLobby'),
    organizer: flag('organizer'),
    workPhoneNumber: text('workPhoneNumber'),
    otherPhoneNumber: text('otherPhoneNumber'),
    contact: context.contactDetails ? callerContact(invitation, context.fetched, context.account) : undefined,
  });
}

/** Who took the call, as far as UCWA shows: contacts and participants, each once. */
export function acceptedBy(invitation: Resource | undefined, context: PeopleContext): Person[] | undefined {
  const people = ['acceptedByContact', 'acceptedByParticipant'].flatMap((rel) => {
    const embedded = embeddedOf(invitation, rel);
    const sources: PersonSources[] =
      embedded.length > 0
        ? embedded.map((resource) => ({ embedded: resource }))
        : linksOf(invitation, rel).map((link) => ({ link, linked: linkedBy(link, context) }));
    return sources.flatMap((each) => toPerson(each, context) ?? []);
  });
  const distinct = new Map(people.map((person) => [person.uri?.toLowerCase() ?? person.name, person]));
  // A contact and a participant may be one person: one who cannot be read says nothing beside one who can.
  if (distinct.size > 1) distinct.delete(undefined);
  return distinct.size === 0 ? undefined : [...distinct.values()];
}

/** Whether the call is for the account's own user: by what `to` shows, embedded, as a property or in its link. */
export function isToAccount(invitation: Resource, context: PeopleContext): boolean {
  const { embedded, linked, link, address } = sourcesOf(invitation, 'to', context) ?? {};
  return isAccount([textOf(embedded, 'uri'), address, textOf(linked, 'uri'), uriIn(link)], context.account);
}

/** Whether one of the URIs is the account's. */
export function isAccount(uris: readonly (string | undefined)[], account: string): boolean {
  return uris.some((uri) => uri !== undefined && isSameAddress(uri, account));
}

function uriIn(link: Link | undefined): string | undefined {
  return link === undefined ? undefined : personUriOf(link.href);
}

interface PersonSources {
  readonly embedded?: Resource | undefined;
  readonly linked?: Resource | undefined;
  readonly link?: Link | undefined;
  /** The property named as the rel: an address. */
  readonly address?: string | undefined;
}

function sourcesOf(invitation: Resource | undefined, rel: string, context: PeopleContext): PersonSources | undefined {
  const [link] = linksOf(invitation, rel);
  const [embedded] = embeddedOf(invitation, rel);
  const address = textOf(invitation, rel);
  if (link === undefined && embedded === undefined && address === undefined) return undefined;
  return { embedded, linked: link === undefined ? undefined : linkedBy(link, context), link, address };
}

function linkedBy(link: Link, { fetched }: PeopleContext): Resource | undefined {
  return fetched.get(resourcePath(link.href) ?? '');
}

function toPerson({ embedded, linked, link, address }: PersonSources, context: PeopleContext): Person | undefined {
  const stated = textOf(embedded, 'uri') ?? address ?? textOf(linked, 'uri');
  const inHref = uriIn(link);
  const isOwn = isAccount([stated, inHref], context.account);
  const reported = textOf(embedded, 'name') ?? textOf(linked, 'name') ?? titleOf(link);
  const name = reported ?? (isOwn ? context.accountName : undefined);
  const uri = stated ?? inHref;
  const isComplete = uri !== undefined && name !== undefined;
  const isUnread = link !== undefined && embedded === undefined && linked === undefined && !isOwn && !isComplete;
  return compactOrAbsent({ ...compact({ uri, name }), ...(isUnread && { resolved: false }) });
}

/** Only where it shows: a withheld address (or neither address nor name), a server, a telephone, a guest, a user. */
function callerTypeOf(person: Person | undefined, anonymous: boolean | undefined): Caller['callerType'] | undefined {
  const { uri, name } = person ?? {};
  const isNamed = name !== undefined && name.toLowerCase() !== 'anonymous';
  if (uri === undefined) return anonymous !== true ? undefined : isNamed ? 'guest' : 'withheld';
  const named = namedBy(uri);
  return anonymous === true && (named === 'user' || named === undefined) ? 'guest' : named;
}

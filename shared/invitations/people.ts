import type { Resource } from '../ucwa/resource';
import { compactOrAbsent } from './compact';
import { toEventSpelling } from './enumerations';
import type { InvitationData, Person } from './invitationData';
import type { FetchedResources } from './linkedHrefs';
import { embeddedOf, flagOf, linksOf, textOf, titleOf } from './resourceReading';
import { resourcePath } from './resourcePath';
import { isPhone, isUser, isWithheld, phoneNumberOf } from './sipUri';

type Caller = NonNullable<InvitationData['from']>;

/**
 * The person under a rel: what is embedded counts first, then the property of that name (an address), then the linked
 * resource if it was fetched, then the link's title (a name). Absent when none of these says anything.
 */
export function personOf(invitation: Resource | undefined, rel: string, fetched: FetchedResources): Person | undefined {
  const { embedded, linked, title } = sourcesOf(invitation, rel, fetched);
  return compactOrAbsent({
    uri: textOf(embedded, 'uri') ?? textOf(invitation, rel) ?? textOf(linked, 'uri'),
    name: textOf(embedded, 'name') ?? textOf(linked, 'name') ?? title,
  });
}

/** Who sent the invitation, with all that a participant resource tells. */
export function callerOf(invitation: Resource | undefined, fetched: FetchedResources): Caller | undefined {
  const { embedded, linked } = sourcesOf(invitation, 'from', fetched);
  const text = (name: string): string | undefined => textOf(embedded, name) ?? textOf(linked, name);
  const flag = (name: string): boolean | undefined => flagOf(embedded, name) ?? flagOf(linked, name);
  const person = personOf(invitation, 'from', fetched);
  const uri = person?.uri;
  const anonymous = flag('anonymous');
  return compactOrAbsent({
    uri,
    name: person?.name,
    phoneNumber: uri === undefined ? undefined : phoneNumberOf(uri),
    callerType: callerTypeOf(uri, anonymous),
    sourceNetwork: toEventSpelling.sourceNetwork(text('sourceNetwork')),
    role: toEventSpelling.role(text('role')),
    anonymous,
    inLobby: flag('inLobby'),
    organizer: flag('organizer'),
    workPhoneNumber: text('workPhoneNumber'),
    otherPhoneNumber: text('otherPhoneNumber'),
  });
}

/** Who took the call, as far as UCWA shows: contacts and participants, each once. */
export function acceptedBy(invitation: Resource | undefined, fetched: FetchedResources): Person[] | undefined {
  const people = ['acceptedByContact', 'acceptedByParticipant'].flatMap((rel) => {
    const embedded = embeddedOf(invitation, rel).map((person) =>
      compactOrAbsent({ uri: textOf(person, 'uri'), name: textOf(person, 'name') }),
    );
    if (embedded.length > 0) return embedded;
    return linksOf(invitation, rel).map((link) => {
      const linked = fetched.get(resourcePath(link.href) ?? '');
      return compactOrAbsent({ uri: textOf(linked, 'uri'), name: textOf(linked, 'name') ?? titleOf(link) });
    });
  });
  const distinct = new Map(
    people.filter((person) => person !== undefined).map((person) => [person.uri?.toLowerCase() ?? person.name, person]),
  );
  return distinct.size === 0 ? undefined : [...distinct.values()];
}

/** Only where it shows: a withheld address (or none at all of an anonymous caller), a telephone, a guest, a user. */
function callerTypeOf(uri: string | undefined, anonymous: boolean | undefined): Caller['callerType'] | undefined {
  if (uri === undefined) return anonymous === true ? 'withheld' : undefined;
  if (isWithheld(uri)) return 'withheld';
  if (isPhone(uri)) return 'phone';
  if (anonymous === true) return 'guest';
  return isUser(uri) ? 'user' : undefined;
}

function sourcesOf(invitation: Resource | undefined, rel: string, fetched: FetchedResources): PersonSources {
  const link = linksOf(invitation, rel)[0];
  return {
    embedded: embeddedOf(invitation, rel)[0],
    linked: link === undefined ? undefined : fetched.get(resourcePath(link.href) ?? ''),
    title: titleOf(link),
  };
}

interface PersonSources {
  readonly embedded: Resource | undefined;
  readonly linked: Resource | undefined;
  readonly title: string | undefined;
}

import { nameOf } from '../applications/applicationResource';
import type { Application } from '../applications/application';
import { toLinks, type Hal } from '../http/hal';
import type { Invitation } from './call';

/** Where an application shows a person. */
export const contactPath = (application: Application, uri: string): string =>
  `${application.path}/people/${uri.replace(/^sip:/, '')}`;

/** A contact by the last segment of its path; the simulator knows everybody (UCWA 2.0, "contact"). */
export function contactResource(application: Application, segment: string, name?: string): Hal {
  const uri = segment.startsWith('tel:') ? segment : `sip:${segment}`;
  const path = contactPath(application, uri);
  return {
    uri,
    name: name ?? nameOf(uri),
    type: 'User',
    ...detailsOf(uri, application),
    ...(uri.startsWith('sip:') && { emailAddresses: [segment] }),
    _links: toLinks({
      self: path,
      contactPhoto: `${path}/photo`,
      contactPresence: `${path}/presence`,
      contactLocation: `${path}/location`,
      contactNote: `${path}/note`,
    }),
    rel: 'contact',
  };
}

/** What a pool shows of its own users; of anybody else it often shows no more than a name. */
function detailsOf(uri: string, { account }: Application): Hal {
  if (!uri.startsWith('sip:') || domainOf(uri) !== domainOf(account)) return {};
  return { title: 'Account Manager', department: 'Sales', company: 'Contoso', office: 'Building 7 / 1.204' };
}

export const participantPath = (invitation: Invitation, uri: string): string =>
  `${invitation.conversationPath}/participants/${uri.replace(/^sip:/, '')}`;

/** A participant, whose rel stays `participant` whatever key embeds it; the properties that servers were seen to send. */
export function participantResource(invitation: Invitation, uri: string, name: string | undefined): Hal {
  const { application, conversationPath } = invitation;
  const path = participantPath(invitation, uri);
  const isLocal = uri === application.account;
  const isSip = uri.startsWith('sip:');
  const contact = isSip ? contactPath(application, uri) : undefined;
  return {
    sourceNetwork: !isSip
      ? 'Everyone'
      : domainOf(uri) === domainOf(application.account)
        ? 'SameEnterprise'
        : 'Federated',
    anonymous: false,
    local: isLocal,
    uri,
    name: name ?? (isSip ? nameOf(uri) : uri.replace(/^tel:/, '')),
    _links: toLinks({
      self: path,
      conversation: conversationPath,
      contact,
      contactPresence: contact === undefined ? undefined : `${contact}/presence`,
      contactPhoto: contact === undefined ? undefined : `${contact}/photo`,
      participantAudio: `${path}/participantAudio`,
      participantVideo: `${path}/participantVideo`,
      me: isLocal ? `${application.path}/me` : undefined,
    }),
    rel: 'participant',
  };
}

const domainOf = (uri: string): string | undefined => uri.split('@')[1]?.toLowerCase();

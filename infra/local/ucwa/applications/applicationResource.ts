import { toLinks, type Hal } from '../http/hal';
import type { Application } from './application';

/** What `communication` says of a property that it wants back. */
const ECHO = 'please pass this in a PUT request';

/** The `application` resource with what it embeds (UCWA 2.0, "application"). */
export function applicationResource(
  application: Application,
  mayBeMadeAvailable: boolean,
  selfHref: string,
  mayStartPhoneAudio: boolean,
): Hal {
  const { path, request } = application;
  return {
    culture: request.culture,
    userAgent: request.userAgent,
    type: 'Browser',
    id: application.id,
    _links: toLinks({
      self: selfHref,
      policies: `${path}/policies`,
      batch: `${path}/batch`,
      events: application.channel.currentHref,
    }),
    _embedded: {
      me: meResource(application, mayBeMadeAvailable),
      people: peopleResource(application),
      onlineMeetings: onlineMeetingsResource(application),
      communication: communicationResource(application, mayStartPhoneAudio),
    },
    rel: 'application',
  };
}

/** `me`: before makeMeAvailable only that is linked, afterwards what it brings (UCWA 2.0, "me"). */
export function meResource({ path, account, availability }: Application, mayBeMadeAvailable = true): Hal {
  const me = `${path}/me`;
  const address = account.replace(/^sip:/, '');
  const available = availability !== undefined;
  return {
    name: nameOf(account),
    uri: account,
    emailAddresses: [address],
    _links: toLinks({
      self: me,
      makeMeAvailable: available || !mayBeMadeAvailable ? undefined : `${me}/makeMeAvailable`,
      presence: available ? `${me}/presence` : undefined,
      note: available ? `${me}/note` : undefined,
      location: available ? `${me}/location` : undefined,
      reportMyActivity: available ? `${me}/reportMyActivity` : undefined,
      callForwardingSettings: `${me}/callForwardingSettings`,
      phones: `${me}/phones`,
      photo: `${me}/photo`,
    }),
    rel: 'me',
  };
}

/** `communication`: what can be started follows policy, not what was registered: it is linked before makeMeAvailable too (seen). */
export function communicationResource(
  { communicationPath, communicationKey, communicationEtag, availability }: Application,
  mayStartPhoneAudio = true,
): Hal {
  const modalities = availability?.modalities ?? [];
  return {
    [communicationKey]: ECHO,
    supportedModalities: modalities,
    supportedMessageFormats: availability?.messageFormats ?? ['Plain'],
    _links: toLinks({
      self: communicationPath,
      conversations: `${communicationPath}/conversations?filter=active`,
      startMessaging: `${communicationPath}/messagingInvitations`,
      startPhoneAudio: mayStartPhoneAudio ? `${communicationPath}/phoneAudioInvitations` : undefined,
      startAudioVideo: `${communicationPath}/audioVideoInvitations`,
      startOnlineMeeting: `${communicationPath}/onlineMeetingInvitations?onlineMeetingUri=adhoc`,
      joinOnlineMeeting: `${communicationPath}/onlineMeetingInvitations`,
    }),
    rel: 'communication',
    etag: String(communicationEtag),
  };
}

export function peopleResource({ path }: Application): Hal {
  const people = `${path}/people`;
  return {
    _links: toLinks({
      self: people,
      presenceSubscriptions: `${people}/presenceSubscriptions`,
      subscribedContacts: `${people}/subscribedContacts`,
      presenceSubscriptionMemberships: `${people}/presenceSubscriptionMemberships`,
      myGroups: `${people}/groups`,
      myGroupMemberships: `${people}/groupMemberships`,
      myContacts: `${people}/contacts`,
      myPrivacyRelationships: `${people}/privacyRelationships`,
      myContactsAndGroupsSubscription: `${people}/contactsAndGroupsSubscription`,
      search: `${people}/search`,
    }),
    rel: 'people',
  };
}

export function onlineMeetingsResource({ path }: Application): Hal {
  const meetings = `${path}/onlineMeetings`;
  return {
    _links: toLinks({
      self: meetings,
      myOnlineMeetings: `${meetings}/myOnlineMeetings`,
      onlineMeetingDefaultValues: `${meetings}/defaultValues`,
      onlineMeetingEligibleValues: `${meetings}/eligibleValues`,
      onlineMeetingInvitationCustomization: `${meetings}/customInvitation`,
      onlineMeetingPolicies: `${meetings}/policies`,
      phoneDialInInformation: `${meetings}/phoneDialInInformation`,
    }),
    rel: 'onlineMeetings',
  };
}

/** A name for an address that nobody has named: `reception@contoso.com` is Reception. */
export function nameOf(uri: string): string {
  const local = uri.replace(/^(sip|tel):/, '').split('@')[0] ?? uri;
  return local
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

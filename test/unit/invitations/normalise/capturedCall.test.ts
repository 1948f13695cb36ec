import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePackage } from '../../../../shared/ucwa/format/parsePackage';
import { kinds } from '../../../../shared/invitations/kinds';
import type { InvitationData } from '../../../../shared/invitations/invitationData';
import { normaliseContext, normaliseServed } from '../../../support/normalising';

/** Captured from a real server (igniterealtime ofskype), with the names changed; what it holds is all that is known of it. */
const captured = readFileSync(join(__dirname, '../../../fixtures/captured-incoming-call.json'), 'utf8');

function packageOf(text: string) {
  const parsed = parsePackage(text, 'application/json');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.package;
}

const application = '/ucwa/oauth/v1/applications/589210634072';
const conversation = `${application}/communication/conversations/b65b47e0-8178-47a8-8f48-8868245f1b1a`;

test('the captured call is told field by field as the server sent it, without any request', () => {
  const asked: string[] = [];
  class Asked extends Map<string, never> {
    override get(path: string): undefined {
      asked.push(path);
      return undefined;
    }
  }
  const context = normaliseContext({ applicationId: '589210634072' });
  const { events, unreadable } = normaliseServed(packageOf(captured), new Asked(), context);

  expect(unreadable).toEqual([]);
  expect(asked).toEqual([]);
  expect(events).toHaveLength(1);
  const [event] = events;
  expect(event).toMatchObject({
    type: 'ucwa.audioVideoInvitation.started',
    sequence: '000000000001-0000',
    correlationId: 'AdHImvRmKGPHFoIBQcWiHS0dvcF87Q==',
  });
  const sdp = (session: string): string =>
    [
      'v=0',
      `o=- 0 ${session} IN IP4 192.0.2.10`,
      's=session',
      'c=IN IP4 192.0.2.10',
      'b=CT:99980',
      't=0 0',
      'm=audio 55441 RTP/AVP 117 104 0 8 101',
      'a=rtpmap:0 PCMU/8000',
      '',
    ].join('\r\n');
  expect(event?.data).toEqual({
    invitationId: event?.subject,
    event: 'started',
    kind: 'audioVideo',
    account: 'sip:reception@contoso.com',
    direction: 'incoming',
    state: 'connecting',
    importance: 'normal',
    threadId: 'AdHImvRmKGPHFoIBQcWiHS0dvcF87Q==',
    privateLine: false,
    bandwidthControlId: 'fc86b78dd87947949c7831d88abbb311',
    route: 'direct',
    from: {
      uri: 'sip:alex@fabrikam.com',
      name: 'Alex Doe',
      callerType: 'user',
      sourceNetwork: 'federated',
      anonymous: false,
    },
    to: { uri: 'sip:reception@contoso.com', name: 'Reception' },
    modalities: ['audio'],
    media: {
      offers: [
        { contentId: '32149ef6638b65004752a1465a8bc569@fabrikam.com', fallback: true, sdp: sdp('0') },
        { contentId: '16dc9d71101116c17454be00d1d3a843@fabrikam.com', fallback: false, sdp: sdp('1') },
      ],
    },
    related: { conversation, audioVideo: `${conversation}/audioVideo` },
    actions: ['acceptWithAnswer', 'decline', 'sendProvisionalAnswer'],
  } satisfies Omit<InvitationData, 'invitationId'> & { invitationId: unknown });
});

describe('people whom the server does not show', () => {
  const text = readFileSync(join(__dirname, '../../../fixtures/people-that-cannot-be-read.json'), 'utf8');
  const reported = (account: string) =>
    normaliseServed(packageOf(text), new Map(), normaliseContext({ applicationId: '10318', account })).events[0]?.data;

  it('are told by the URI that stands in their link', () => {
    expect(reported('sip:replay@contoso.com')).toMatchObject({
      forwardedBy: { uri: 'sip:boss@contoso.com', resolved: false },
      onBehalfOf: { uri: 'sip:boss@contoso.com', resolved: false },
      transferredBy: { uri: 'sip:operator@contoso.com', resolved: false },
      to: { uri: 'sip:replay@contoso.com', name: 'Reception' },
      from: { callerType: 'phone', phoneNumber: '+14255550100' },
      route: 'transferred',
    });
  });

  it('are told so as whom the call was for, too', () => {
    expect(reported('sip:somebody.else@contoso.com')?.to).toEqual({ uri: 'sip:replay@contoso.com' });
  });
});

/** What a package with one event of that kind is made into. */
function eventOf(kind: keyof typeof kinds, resource: object, type = 'started'): InvitationData | undefined {
  const { rel, collection } = kinds[kind];
  const href = `${application}/communication/${collection}/1`;
  const body = {
    sender: [
      {
        rel: 'communication',
        href: '',
        events: [{ link: { rel, href }, type, _embedded: { [rel]: { rel, ...resource } } }],
      },
    ],
  };
  return normaliseServed(packageOf(JSON.stringify(body)), new Map()).events[0]?.data;
}

describe('a phone-audio invitation', () => {
  it('keeps the telephone that rings and its own links', () => {
    const links = Object.fromEntries(
      [
        'phoneAudio',
        'derivedConversation',
        'derivedPhoneAudio',
        'replacesPhoneAudio',
        'accept',
        'acceptWithAnswer',
      ].map((rel) => [rel, { href: `${application}/${rel}` }]),
    );
    const data = eventOf('phoneAudio', {
      direction: 'Incoming',
      phoneNumber: 'tel:+14255551234',
      to: 'sip:+14255550177@contoso.com;user=phone',
      _links: links,
    });
    expect(data).toMatchObject({
      phoneNumber: '+14255551234',
      to: { uri: 'sip:+14255550177@contoso.com;user=phone', phoneNumber: '+14255550177' },
      related: {
        phoneAudio: `${application}/phoneAudio`,
        derivedConversation: `${application}/derivedConversation`,
        derivedPhoneAudio: `${application}/derivedPhoneAudio`,
        replacesPhoneAudio: `${application}/replacesPhoneAudio`,
      },
      actions: ['acceptWithAnswer', 'accept'],
      modalities: ['audio'],
    });
  });
});

describe('a conference invitation', () => {
  const links = { accept: { href: '/accept' }, decline: { href: '/decline' }, cancel: { href: '/cancel' } };

  test.each<[string, object, string[] | undefined]>([
    ['sound', { availableModalities: ['Messaging', 'Audio', 'ApplicationSharing'] }, ['audio']],
    ['sound on the telephone', { availableModalities: ['PhoneAudio'] }, ['audio']],
    ['sound and a picture', { availableModalities: ['Audio', 'Video'] }, ['audio', 'video']],
    ['nobody says what', {}, undefined],
  ])('with %s is a call that can be declined', (_name, properties, modalities) => {
    expect(eventOf('onlineMeeting', { direction: 'Incoming', ...properties, _links: links })).toMatchObject({
      kind: 'onlineMeeting',
      actions: ['decline'],
      ...(modalities === undefined ? {} : { modalities }),
    });
  });

  test.each([[['Messaging']], [['ApplicationSharing', 'DataCollaboration']], [[]]])(
    'with %j alone is no call, and nothing is told of it',
    (availableModalities) => {
      expect(eventOf('onlineMeeting', { direction: 'Incoming', availableModalities, _links: links })).toBeUndefined();
    },
  );
});

describe('who calls', () => {
  const typeOf = (properties: object): string | undefined =>
    eventOf('audioVideo', { direction: 'Incoming', _embedded: { from: { rel: 'participant', ...properties } } })?.from
      ?.callerType;

  test.each<[string, object, string | undefined]>([
    ['a user', { uri: 'sip:alice@contoso.com', anonymous: false }, 'user'],
    ['a telephone', { uri: 'sip:+14255550100@contoso.com;user=phone' }, 'phone'],
    ['a server', { uri: 'sip:rgs.contoso.com@contoso.com;gruu;opaque=srvr:HomeServer:abc' }, 'service'],
    ['an application of a server', { uri: 'sip:bob@contoso.com;gruu;opaque=app:conf:focus:id:1' }, 'service'],
    ['a guest by the flag', { uri: 'sip:john@contoso.com', anonymous: true }, 'guest'],
    ['a guest by the made-up address', { uri: 'sip:d41d8cd9@anonymous.invalid', anonymous: true }, 'guest'],
    ['a guest without an address', { name: 'Joe', anonymous: true }, 'guest'],
    ['a withheld number', { uri: 'sip:anonymous@anonymous.invalid' }, 'withheld'],
    ['somebody unnamed', { anonymous: true }, 'withheld'],
  ])('is %s', (_name, properties, expected) => {
    expect(typeOf(properties)).toBe(expected);
  });
});

describe('the route of a call', () => {
  const person = (name: string) => ({ href: `${application}/people/${name}@contoso.com` });
  const routeOf = (links: object, properties: object): string | undefined =>
    eventOf('audioVideo', { direction: 'Incoming', ...properties, _links: links })?.route;

  test.each<[string, string | undefined, object, object]>([
    ['to the account by its link', 'direct', { to: person('reception') }, {}],
    ['to the account by the property', 'direct', {}, { to: 'sip:Reception@contoso.com' }],
    [
      'to a number whose link is the account',
      'direct',
      { to: person('reception') },
      { to: 'sip:+14255550177@contoso.com;user=phone' },
    ],
    ['to somebody else', 'unknown', { to: person('boss') }, {}],
    ['to nobody who is told', 'unknown', {}, {}],
    ['on behalf of somebody', 'delegate', { to: person('reception'), onBehalfOf: person('boss') }, {}],
    ['by a delegator', 'delegate', { to: person('boss') }, { delegator: 'sip:boss@contoso.com' }],
    ['forwarded', 'forwarded', { to: person('boss'), forwardedBy: person('boss'), onBehalfOf: person('boss') }, {}],
    [
      'transferred, after it was forwarded',
      'transferred',
      { forwardedBy: person('boss'), transferredBy: person('x') },
      {},
    ],
    [
      'transferred by one who has a number for a name',
      'transferred',
      { transferredBy: { href: `${application}/people/766` } },
      {},
    ],
    ['that the account makes', undefined, { to: person('boss') }, { direction: 'Outgoing' }],
  ])('%s: %s', (_name, expected, links, properties) => {
    expect(routeOf(links, properties)).toBe(expected);
  });
});

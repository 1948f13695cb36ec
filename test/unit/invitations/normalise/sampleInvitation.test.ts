import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invitationDataSchema } from '../../../../shared/invitations/invitationData';
import type { EventPackage, Resource } from '../../../../shared/invitations/resource';
import { parsePackage } from '../../../../shared/ucwa/format/parsePackage';
import { parseResource } from '../../../../shared/ucwa/format/parseResource';
import { normaliseContext, normaliseServed, servedAt } from '../../../support/normalising';

const fixture = (name: string): string => readFileSync(join(__dirname, '../../../fixtures', name), 'utf8');

function packageFrom(name: string): EventPackage {
  const parsed = parsePackage(fixture(name), 'application/json');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.package;
}

const json = parseResource(fixture('audioVideoInvitation.json'), 'application/json');
const xml = parseResource(fixture('audioVideoInvitation.xml'), 'application/vnd.microsoft.com.ucwa+xml');

/** Field by field, what the sample of Microsoft's page on audioVideoInvitation says. */
const expected = {
  direction: 'incoming',
  state: 'connecting',
  importance: 'normal',
  subject: 'Strategy for next quarter',
  threadId: '292e0aaef36c426a97757f43dda19d06',
  operationId: '74cb7404e0a247d5a2d4eb0376a47dbf',
  sessionContext: '8efd502350ff419cb615018ae561f97e',
  privateLine: false,
  joinAudioMuted: false,
  joinVideoMuted: false,
  bandwidthControlId: 'samplevalue',
  from: {
    uri: 'sip:john@contoso.com',
    name: 'Joe Smith',
    callerType: 'guest',
    sourceNetwork: 'sameEnterprise',
    role: 'attendee',
    anonymous: true,
    inLobby: true,
    organizer: true,
    workPhoneNumber: 'tel:+14251111111',
    otherPhoneNumber: 'tel:+14251111111',
  },
  to: { uri: 'sip:john@contoso.com' },
  delegator: { uri: 'sip:john@contoso.com', resolved: false },
  onBehalfOf: { resolved: false },
  forwardedBy: { resolved: false },
  transferredBy: { resolved: false },
  route: 'transferred',
  acceptedBy: [{ uri: 'sip:john@contoso.com', name: 'Joe Smith' }],
  media: { offers: [{ fallback: false, sdp: 'base64-encoded-sdp' }], customContent: 'base64-encoded-sdp' },
  location: {
    address: 'samplevalue',
    building: 'samplevalue',
    city: 'samplevalue',
    state: 'samplevalue',
    country: 'samplevalue',
    zip: 'samplevalue',
  },
  related: {
    conversation: '/ucwa/v1/applications/192/communication/conversations/137',
    audioVideo: '/ucwa/v1/applications/192/communication/conversations/137/audioVideo',
    derivedConversation: '/ucwa/v1/applications/192/communication/invitations/665/derivedConversation',
    derivedAudioVideo: '/ucwa/v1/applications/192/communication/invitations/665/derivedAudioVideo',
    replacesAudioVideo: '/ucwa/v1/applications/192/communication/invitations/665/replacesAudioVideo',
  },
  actions: ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline', 'cancel', 'sendProvisionalAnswer'],
} as const;

/** The sample says nothing of these. (Its links to people lead to contacts that nobody serves: only that they are there is told.) */
const absent = ['phoneNumber', 'modalities', 'delayed', 'omitted', 'outcome'] as const;

describe.each(['started', 'updated'] as const)('the sample’s %s event, link only', (name) => {
  describe.each<[string, Resource]>([
    ['JSON', json],
    ['XML', xml],
  ])('resolved against the sample resource in %s', (_form, resource) => {
    const context = normaliseContext();
    const served = servedAt({ '/ucwa/v1/applications/192/communication/invitations/507': resource });
    const { events, unreadable } = normaliseServed(
      packageFrom(`events.audioVideoInvitation.${name}.link-only.json`),
      served,
      context,
    );
    const [event] = events;

    test('is one event and nothing unreadable', () => {
      expect(events).toHaveLength(1);
      expect(unreadable).toEqual([]);
    });

    test.each(Object.entries(expected))('carries %s as the sample has it', (field, value) => {
      expect(event?.data[field as keyof typeof expected]).toEqual(value);
    });

    test.each(absent)('has no %s', (field) => {
      expect(event?.data).not.toHaveProperty(field);
    });

    test('has no field beside these', () => {
      expect(Object.keys(event?.data ?? {}).sort()).toEqual(
        [...Object.keys(expected), 'account', 'event', 'invitationId', 'kind'].sort(),
      );
      expect(invitationDataSchema.safeParse(event?.data).error).toBeUndefined();
    });

    test('says what it is, whose, when, and until when the call can ring', () => {
      expect(event).toMatchObject({
        type: `ucwa.audioVideoInvitation.${name}`,
        account: 'sip:reception@contoso.com',
        subject: event?.data.invitationId,
        timeMs: context.receivedAtMs,
        sequence: '000000000001-0000',
        correlationId: expected.threadId,
        expiryTimeMs: context.emptyAtMs + 30_000,
        data: { event: name, kind: 'audioVideo', account: 'sip:reception@contoso.com' },
      });
      expect(event?.id).toMatch(/^[A-Za-z0-9_-]{43}$/);
    });
  });
});

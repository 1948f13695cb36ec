import { RelayError } from '../../../../shared/errors/relayError';
import { normalise } from '../../../../shared/invitations/normalise/normalise';
import type { NormaliseContext } from '../../../../shared/invitations/normalise/normaliseContext';
import type { InvitationEvent } from '../../../../shared/invitations/events/relayEvent';
import type { ChannelEvent, EventPackage, Resource, UnreadablePart } from '../../../../shared/invitations/resource';
import { normaliseContext, nothingFetched } from '../../../support/normalising';

const application = '/ucwa/oauth/v1/applications/192';
const hrefOf = (id: string, collection = 'audioVideoInvitations'): string =>
  `${application}/communication/${collection}/${id}`;

const ringing: Resource = {
  rel: 'audioVideoInvitation',
  properties: { state: 'Connecting', direction: 'Incoming', threadId: 'thread' },
  links: { decline: [{ href: `${hrefOf('1')}/decline` }] },
  embedded: {},
};

function channelEvent(type: string, id = '1', changes: Partial<ChannelEvent> = {}): ChannelEvent {
  return { link: { rel: 'audioVideoInvitation', href: hrefOf(id) }, type, resource: ringing, ...changes };
}

function packageOf(...events: readonly (ChannelEvent | UnreadablePart)[]): EventPackage {
  return {
    next: `${application}/events?ack=2`,
    senders: [{ rel: 'communication', href: `${application}/communication`, events }],
  };
}

function eventsOf(pkg: EventPackage, changes: Partial<NormaliseContext> = {}): readonly InvitationEvent[] {
  return normalise(pkg, normaliseContext(changes), nothingFetched).events;
}

const idOf = (pkg: EventPackage, changes: Partial<NormaliseContext> = {}): string | undefined =>
  eventsOf(pkg, changes)[0]?.id;

describe('the id of an event', () => {
  const usual = packageOf(channelEvent('updated'));

  test('never changes (vector computed apart, with Python’s hashlib)', () => {
    expect(idOf(usual)).toBe('csWliQtYV4evL73qCEvMM9GdR43_QhhtnIIPBS4L54c');
  });

  test.each<[string, EventPackage, Partial<NormaliseContext>]>([
    ['when the package is read again, later', usual, { receivedAtMs: 1, emptyAtMs: 1 }],
    [
      'when the invitation tells something else meanwhile',
      packageOf(channelEvent('updated', '1', { resource: { ...ringing, properties: {}, links: {} } })),
      {},
    ],
    [
      'when the invitation cannot be fetched this time',
      packageOf({ link: { rel: 'audioVideoInvitation', href: hrefOf('1') }, type: 'updated' }),
      {},
    ],
    [
      'when the href is absolute',
      packageOf(
        channelEvent('updated', '1', {
          link: { rel: 'audioVideoInvitation', href: `https://fe2.contoso.com:443${hrefOf('1')}` },
        }),
      ),
      {},
    ],
    [
      'when the href has a query or doubled slashes',
      packageOf(channelEvent('updated', '1', { link: { rel: 'audioVideoInvitation', href: `/${hrefOf('1')}?a=1` } })),
      {},
    ],
    [
      'when other events stand before it',
      packageOf(channelEvent('started'), channelEvent('updated', '2'), channelEvent('updated')),
      {},
    ],
    ['when other kinds are relayed too', usual, { kinds: ['audioVideo'] }],
    ['when SDP is wanted or not', usual, { includeSdp: false }],
    ['when the signing key is another', usual, { invitationIdOf: () => 'another' }],
    ['when the account is written in another case', usual, { account: 'sip:Reception@contoso.com' }],
  ])('stays the same %s', (_name, pkg, changes) => {
    const event = eventsOf(pkg, changes).filter(
      ({ type, data }) =>
        type.endsWith('.updated') && data.invitationId === eventsOf(pkg, changes).at(-1)?.data.invitationId,
    );
    expect(event.at(-1)?.id).toBe(idOf(usual));
  });

  test.each<[string, EventPackage, Partial<NormaliseContext>]>([
    ['in another package', usual, { ack: '2' }],
    ['in another application', usual, { applicationId: '193' }],
    ['of another account', usual, { account: 'sip:other@contoso.com' }],
    ['of another invitation', packageOf(channelEvent('updated', '2')), {}],
    ['of an invitation whose id differs only in case', packageOf(channelEvent('updated', 'a')), {}],
    ['of another type', packageOf(channelEvent('started')), {}],
  ])('is another %s', (_name, pkg, changes) => {
    expect(idOf(pkg, changes)).not.toBe(idOf(usual));
  });

  test('counts the same kind of event of the same invitation within a package', () => {
    const [first, second, third] = eventsOf(
      packageOf(channelEvent('updated'), channelEvent('updated'), channelEvent('updated')),
    );
    expect(first?.id).toBe(idOf(usual));
    expect(new Set([first?.id, second?.id, third?.id]).size).toBe(3);
  });

  test('has no full stop and fits every header and table key', () => {
    expect(idOf(usual)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('the events of a package', () => {
  test('come in the channel’s order, whatever their senders, and their sequences order them as text', () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      channelEvent(index === 119 ? 'completed' : 'updated', String(index % 3)),
    );
    const [a, b] = [many.slice(0, 60), many.slice(60)];
    const pkg: EventPackage = { senders: [a, b].map((events) => ({ rel: 'communication', href: '', events })) };
    const sequences = [
      ...eventsOf(pkg, { ack: '9' }),
      ...eventsOf(pkg, { ack: '10' }),
      ...eventsOf(pkg, { ack: '1000' }),
    ].map(({ sequence = '' }) => sequence);
    expect(sequences).toHaveLength(360);
    expect(sequences.toSorted()).toEqual(sequences);
    expect(new Set(sequences).size).toBe(360);
  });

  test.each<[string, Partial<NormaliseContext>, number]>([
    ['both kinds', { kinds: ['audioVideo', 'phoneAudio'] }, 2],
    ['one kind', { kinds: ['phoneAudio'] }, 1],
    ['no kind', { kinds: [] }, 0],
  ])('are those of the kinds asked for: %s', (_name, changes, count) => {
    const pkg = packageOf(
      channelEvent('started'),
      channelEvent('started', '2', {
        link: { rel: 'phoneAudioInvitation', href: hrefOf('2', 'phoneAudioInvitations') },
      }),
      channelEvent('started', '3', { link: { rel: 'messagingInvitation', href: hrefOf('3', 'messagingInvitations') } }),
      channelEvent('added', '4', {
        link: { rel: 'conversation', href: `${application}/communication/conversations/4` },
      }),
    );
    const { events, unreadable } = normalise(pkg, normaliseContext(changes), nothingFetched);
    expect(events).toHaveLength(count);
    expect(unreadable).toEqual([]);
  });

  test('say what a phone-audio invitation is by itself: a call', () => {
    const [event] = eventsOf(
      packageOf(
        channelEvent('started', '2', {
          link: { rel: 'phoneAudioInvitation', href: hrefOf('2', 'phoneAudioInvitations') },
        }),
      ),
    );
    expect(event).toMatchObject({
      type: 'ucwa.phoneAudioInvitation.started',
      data: { kind: 'phoneAudio', modalities: ['audio'], actions: ['decline'] },
    });
  });

  test('expire when the ring is surely over, and an end does not', () => {
    const [started, updated, completed] = eventsOf(
      packageOf(channelEvent('started'), channelEvent('updated'), channelEvent('completed')),
      { emptyAtMs: 1_000, ringSeconds: 20 },
    );
    expect(started?.expiryTimeMs).toBe(21_000);
    expect(updated?.expiryTimeMs).toBe(21_000);
    expect(completed).not.toHaveProperty('expiryTimeMs');
  });

  test('have an outcome only when the invitation is completed', () => {
    const failure = { status: 'Failure', reason: { code: 'RemoteFailure', subcode: 'Busy' } };
    const [updated, completed] = eventsOf(
      packageOf(channelEvent('updated', '1', failure), channelEvent('completed', '1', failure)),
    );
    expect(updated?.data).not.toHaveProperty('outcome');
    expect(completed?.data.outcome).toEqual({
      result: 'busy',
      answered: false,
      status: 'Failure',
      code: 'RemoteFailure',
      subcode: 'Busy',
    });
  });

  test('carry no SDP unless it is wanted, wherever it hides', () => {
    const sdp = 'v=0\r\nm=audio 1 RTP/SAVP 0\r\n';
    const uris = [
      `data:application/sdp,${encodeURIComponent(sdp)}`,
      `data:text/plain;base64,${Buffer.from(sdp).toString('base64')}`,
    ];
    for (const customContent of uris) {
      const resource: Resource = {
        ...ringing,
        links: { mediaOffer: [{ href: uris[0] ?? '' }], customContent: [{ href: customContent }] },
      };
      const pkg = packageOf(channelEvent('started', '1', { resource }));
      expect(eventsOf(pkg, { includeSdp: true })[0]?.data.media).toEqual({
        offers: [{ fallback: false, sdp }],
        customContent: sdp,
      });
      expect(eventsOf(pkg, { includeSdp: false })[0]?.data.media).toEqual({ offers: [{ fallback: false }] });
      expect(eventsOf(pkg, { includeSdp: false })[0]?.data.modalities).toEqual(['audio']);
    }
  });
});

describe('what cannot be read', () => {
  const refuse = (): never => {
    throw new RelayError('responseUnreadable', 'The path is too long.');
  };
  const fail = (): never => {
    throw new TypeError('x is not a function');
  };

  test.each<[string, ChannelEvent | UnreadablePart, Partial<NormaliseContext>, RegExp]>([
    [
      'a part that the parser could not read',
      { raw: '{"link":5}', problem: 'The event has no link.' },
      {},
      /^The event has no link\.$/,
    ],
    ['a type that no invitation event has', channelEvent('deleted'), {}, /“deleted”.*started, updated and completed/],
    [
      'an href that is no invitation’s',
      channelEvent('started', '1', { link: { rel: 'audioVideoInvitation', href: 'data:,x' } }),
      {},
      /no invitation’s address/,
    ],
    ['an href that fits no id', channelEvent('started', '%2e%2e'), {}, /segment/],
    ['an id that is refused', channelEvent('started'), { invitationIdOf: refuse }, /^The path is too long\.$/],
    ['an id that fails', channelEvent('started'), { invitationIdOf: fail }, /could not make an id/],
  ])('is handed back raw, with a sentence: %s', (_name, part, changes, reason) => {
    const { events, unreadable } = normalise(
      packageOf(channelEvent('started', '2'), part),
      normaliseContext({ ...changes }),
      nothingFetched,
    );
    const last = unreadable.at(-1);
    expect(events.length + unreadable.length).toBe(2);
    expect(last?.reason).toMatch(reason);
    expect(last).toMatchObject({
      account: 'sip:reception@contoso.com',
      timeMs: normaliseContext().receivedAtMs,
      sequence: '000000000001-0001',
    });
    expect(last?.raw).toBe(
      'raw' in part
        ? part.raw
        : JSON.stringify({ sender: { rel: 'communication', href: `${application}/communication` }, event: part }),
    );
  });

  test('has a stable id too, and the same thing twice has two', () => {
    const part = { raw: '5', problem: 'An event is not an object.' };
    const ids = (ack: string, ...parts: UnreadablePart[]): (string | undefined)[] =>
      normalise(packageOf(...parts), normaliseContext({ ack }), nothingFetched).unreadable.map(({ id }) => id);
    const [first, second] = ids('1', part, part);
    expect(second).not.toBe(first);
    expect(ids('1', { ...part, problem: 'Another sentence in a newer version.' })).toEqual([first]);
    expect(ids('2', part)).not.toEqual([first]);
  });

  test('does not keep the rest from being read', () => {
    const { events, unreadable } = normalise(
      packageOf(channelEvent('deleted'), channelEvent('started'), channelEvent('nonsense'), channelEvent('completed')),
      normaliseContext(),
      nothingFetched,
    );
    expect(events.map(({ data }) => data.event)).toEqual(['started', 'completed']);
    expect(unreadable).toHaveLength(2);
  });

  test('is written out even if it nests beyond what JSON can be made of', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as null;
    const { unreadable } = normalise(
      packageOf(channelEvent('deleted', '1', { resource: { ...ringing, properties: { deep } } })),
      normaliseContext(),
      nothingFetched,
    );
    expect(unreadable[0]?.raw).toMatch(/nested too deeply/);
  });
});

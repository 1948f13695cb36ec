import { kindNames } from '../../../../shared/invitations/kinds';
import { linkedHrefs } from '../../../../shared/invitations/normalise/linkedHrefs';
import type { FetchedResources } from '../../../../shared/invitations/normalise/fetchedResources';
import type { ChannelEvent, EventPackage, Link, Resource } from '../../../../shared/invitations/resource';
import { nothingFetched } from '../../../support/normalising';

const application = '/ucwa/oauth/v1/applications/192';
const invitation = `${application}/communication/audioVideoInvitations`;
const person = (name: string, title?: string): Link[] => [
  { href: `${application}/people/${name}`, ...(title === undefined ? {} : { title }) },
];
const pathTo = (name: string): string => `${application}/people/${name}`;

function resource(links: Resource['links'], changes: Partial<Resource> = {}): Resource {
  return { rel: 'audioVideoInvitation', properties: {}, links, embedded: {}, ...changes };
}

function event(id: string, embedded?: Resource, type = 'started'): ChannelEvent {
  return {
    link: { rel: 'audioVideoInvitation', href: `${invitation}/${id}` },
    type,
    ...(embedded === undefined ? {} : { resource: embedded }),
  };
}

function asked(events: readonly ChannelEvent[], fetched: FetchedResources = nothingFetched): string[] {
  const pkg: EventPackage = { senders: [{ rel: 'communication', href: '', events }] };
  return linkedHrefs(pkg, fetched, { account: 'sip:reception@contoso.com', kinds: kindNames });
}

describe('linkedHrefs asks', () => {
  test('for invitations that are only linked, before anything else, completed ones too', () => {
    expect(
      asked([event('1', resource({ from: person('alice') })), event('2'), event('3', undefined, 'completed')]),
    ).toEqual([`${invitation}/2`, `${invitation}/3`, pathTo('alice')]);
  });

  test('for the people of an invitation once it was fetched', () => {
    const fetched = new Map([[`${invitation}/1`, resource({ from: person('alice'), to: person('bob') })]]);
    expect(asked([event('1')], fetched)).toEqual([pathTo('alice'), pathTo('bob')]);
  });

  test('for people by importance, over all invitations', () => {
    const all = resource({
      acceptedByParticipant: [...person('p1'), ...person('p2')],
      acceptedByContact: person('taker'),
      to: person('to'),
      delegator: person('delegator'),
      transferredBy: person('transferrer'),
      forwardedBy: person('forwarder'),
      onBehalfOf: person('chief'),
      from: person('caller'),
    });
    expect(asked([event('1', resource({ to: person('to1') })), event('2', all)])).toEqual(
      ['caller', 'chief', 'forwarder', 'transferrer', 'delegator', 'to1', 'to', 'taker', 'p1', 'p2'].map(pathTo),
    );
  });

  test('for each thing once, however its href is written', () => {
    const links = {
      from: person('alice'),
      to: [{ href: `https://fe1.contoso.com:443/${pathTo('alice')}` }],
      forwardedBy: person('alice'),
    };
    expect(asked([event('1', resource(links)), event('2', resource(links))])).toEqual([pathTo('alice')]);
  });

  test('for a contact whose name is missing, though its address is known', () => {
    expect(asked([event('1', resource({ to: person('bob') }, { properties: { to: 'sip:bob@contoso.com' } }))])).toEqual(
      [pathTo('bob')],
    );
  });
});

describe('linkedHrefs does not ask', () => {
  test.each<[string, Resource]>([
    ['for who is embedded', resource({ from: person('alice') }, { embedded: { from: [resource({})] } })],
    [
      'for whose address and name are known',
      resource({ to: person('bob', 'Bob') }, { properties: { to: 'sip:bob@contoso.com' } }),
    ],
    ['for data URIs', resource({ from: [{ href: 'data:text/plain,x' }] })],
    ['for other schemes', resource({ from: [{ href: 'tel:+14255550100' }] })],
    ['for an empty href', resource({ from: [{ href: '' }] })],
    [
      'for conversations, modalities and actions',
      resource({
        conversation: person('c'),
        audioVideo: person('av'),
        decline: person('d'),
        contactPhoto: person('photo'),
      }),
    ],
  ])('%s', (_name, embedded) => {
    expect(asked([event('1', embedded)])).toEqual([]);
  });

  test('again for what was asked for and is gone', () => {
    expect(asked([event('1')], new Map([[`${invitation}/1`, undefined]]))).toEqual([]);
  });

  test('for events of other rels and kinds', () => {
    const other: ChannelEvent = { link: { rel: 'participant', href: pathTo('alice') }, type: 'added' };
    expect(asked([other])).toEqual([]);
    expect(
      linkedHrefs({ senders: [{ rel: '', href: '', events: [event('1')] }] }, nothingFetched, {
        account: 'sip:reception@contoso.com',
        kinds: ['phoneAudio'],
      }),
    ).toEqual([]);
  });
});

import { filterWarnings } from '../../../../shared/webhooks/subscriptions/filterWarnings';
import type { Filters } from '../../../../shared/webhooks/subscriptions/matchesFilter';

const accounts = ['sip:reception@contoso.com'];
const warningsOf = (filters: Filters): readonly string[] => filterWarnings(filters, accounts);

test.each<[string, Filters]>([
  ['none', {}],
  ['a type', { types: ['ucwa.audioVideoInvitation.started'] }],
  ['a type with a star', { types: ['ucwa.audioVideoInvitation.*', 'ucwa.subscription.*', '*'] }],
  ['events that are about no call', { types: ['ucwa.channel.gap', 'ucwa.command.settled'], kinds: ['audioVideo'] }],
  [
    'values in another case, where case does not matter',
    { kinds: ['AUDIOVIDEO'], states: ['Connecting'], importance: ['URGENT'] },
  ],
  ['an account in another case', { accounts: ['SIP:Reception@Contoso.com'] }],
  ['a result of an end', { types: ['ucwa.audioVideoInvitation.completed'], outcomeResults: ['missed'] }],
  ['a direction', { direction: 'incoming' }],
])('nothing is said of %s', (_what, filters) => {
  expect(warningsOf(filters)).toEqual([]);
});

test.each<[string, Filters, readonly RegExp[]]>([
  ['an unknown type', { types: ['ucwa.call.rang'] }, [/^types: no event has the type ucwa\.call\.rang$/]],
  [
    'a type in another case',
    { types: ['ucwa.audiovideoinvitation.started'] },
    [/; case matters: ucwa\.audioVideoInvitation\.started is one$/],
  ],
  ['a star in the middle', { types: ['ucwa.*.started'] }, [/; a \* stands for the rest at the end only$/]],
  ['an unknown kind', { kinds: ['video'] }, [/^kinds: video has never been seen; known are .*audioVideo/]],
  ['an unknown state', { states: ['ringing'] }, [/^states: ringing has never been seen; known are connecting/]],
  ['an unknown importance', { importance: ['high'] }, [/^importance: high has never been seen; known are normal/]],
  [
    'an account of somebody else',
    { accounts: ['sip:nobody@contoso.com'] },
    [/^accounts: sip:nobody@contoso\.com has never been seen; it is no account of this relay$/],
  ],
  [
    'types and kinds that no event has both',
    { types: ['ucwa.phoneAudioInvitation.*'], kinds: ['audioVideo'] },
    [/^types and kinds contradict each other/],
  ],
  [
    'a result of an event that has none',
    { types: ['ucwa.audioVideoInvitation.started'], outcomeResults: ['missed'] },
    [/^types and outcomeResults contradict each other/],
  ],
])('there is a warning of %s', (_what, filters, expected) => {
  expect(warningsOf(filters)).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
});

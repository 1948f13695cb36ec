import {
  excludedBy,
  filtersSchema,
  matchesFilter,
  type Filters,
} from '../../../../shared/webhooks/subscriptions/matchesFilter';
import { sampleGapEvent } from '../../../support/sampleEvents';
import { callEvent } from '../../../support/webhookEvents';

const started = callEvent('started');
const missed = callEvent('completed');
const gap = sampleGapEvent();
const connected = {
  ...gap,
  type: 'ucwa.call.connected',
  data: {
    invitationId: 'i',
    kind: 'audioVideo',
    direction: 'incoming',
    connectedAt: '2026-01-15T12:00:00Z',
    actions: [],
  },
};
const settled = { ...gap, type: 'ucwa.command.settled', data: {} };

test.each<[string, Filters, object, boolean]>([
  ['no filter lets a ring through', {}, started, true],
  ['no filter lets a gap through', {}, gap, true],
  ['no filter keeps the operator’s events back', {}, settled, false],
  ['no filter lets a connected call through', {}, connected, true],
  ['its direction', { direction: 'outgoing' }, connected, false],
  ['its kind', { kinds: ['audioVideo'] }, connected, true],
  ['an outcome asked of a connected call, which has none', { outcomeResults: ['answered'] }, connected, false],
  ['a named type lets them through', { types: ['ucwa.command.settled'] }, settled, true],
  ['an exact type', { types: ['ucwa.audioVideoInvitation.started'] }, started, true],
  ['another type', { types: ['ucwa.audioVideoInvitation.completed'] }, started, false],
  ['a type with a star', { types: ['ucwa.audioVideoInvitation.*'] }, started, true],
  ['a star alone lets everything through', { types: ['*'] }, settled, true],
  ['types that do not name the gap keep it back', { types: ['ucwa.audioVideoInvitation.*'] }, gap, false],
  ['the kind', { kinds: ['phoneAudio', 'audioVideo'] }, started, true],
  ['another kind', { kinds: ['phoneAudio'] }, started, false],
  ['the direction', { direction: 'incoming' }, started, true],
  ['the other direction', { direction: 'outgoing' }, started, false],
  ['the state', { states: ['connecting'] }, started, true],
  ['another state', { states: ['alerting'] }, started, false],
  ['the account without regard to case', { accounts: ['SIP:Reception@Contoso.com'] }, started, true],
  [
    'what UCWA does not tell apart',
    { states: ['Connecting'], importance: ['NORMAL'], kinds: ['audiovideo'] },
    started,
    true,
  ],
  ['a type in another case', { types: ['UCWA.audiovideoinvitation.started'] }, started, false],
  ['another account', { accounts: ['sip:sales@contoso.com'] }, started, false],
  ['another account’s gap', { accounts: ['sip:sales@contoso.com'] }, gap, false],
  ['the importance', { importance: ['normal', 'urgent'] }, started, true],
  ['another importance', { importance: ['emergency'] }, started, false],
  ['the outcome', { outcomeResults: ['missed', 'declined'] }, missed, true],
  ['another outcome', { outcomeResults: ['answered'] }, missed, false],
  ['an outcome asked of a ring, which has none', { outcomeResults: ['missed'] }, started, false],
  [
    'conditions about invitations do not concern a gap',
    { kinds: ['audioVideo'], outcomeResults: ['missed'] },
    gap,
    true,
  ],
  [
    'all conditions together',
    { kinds: ['audioVideo'], direction: 'incoming', importance: ['normal'], accounts: ['sip:reception@contoso.com'] },
    started,
    true,
  ],
  ['all but one', { kinds: ['audioVideo'], direction: 'incoming', importance: ['urgent'] }, started, false],
])('%s', (_name, filters, event, expected) => {
  expect(matchesFilter({ ...started, ...event }, filters)).toBe(expected);
});

test.each<[Filters, object, keyof Filters | undefined]>([
  [{}, started, undefined],
  [{}, settled, 'types'],
  [{ types: ['ucwa.channel.gap'], accounts: ['sip:sales@contoso.com'] }, started, 'types'],
  [{ accounts: ['sip:sales@contoso.com'] }, gap, 'accounts'],
  [{ kinds: ['phoneAudio'] }, started, 'kinds'],
  [{ direction: 'outgoing' }, started, 'direction'],
  [{ states: ['alerting'] }, started, 'states'],
  [{ importance: ['urgent'] }, started, 'importance'],
  [{ outcomeResults: ['missed'] }, started, 'outcomeResults'],
  [{ outcomeResults: ['missed'] }, gap, undefined],
])('%j: what excludes the event is named', (filters, event, expected) => {
  expect(excludedBy({ ...started, ...event }, filters)).toBe(expected);
});

test.each([
  ['an unknown field', { colour: ['red'] }],
  ['an empty list', { kinds: [] }],
  ['an unknown outcome', { outcomeResults: ['vanished'] }],
  [
    'more than a row can hold',
    { accounts: Array.from({ length: 50 }, (_, n) => `sip:${'a'.repeat(200)}${n}@contoso.com`) },
  ],
])('refuses %s', (_name, filters) => {
  expect(filtersSchema.safeParse(filters).success).toBe(false);
});

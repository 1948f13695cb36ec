import { initialFilter, matchesHistory, toQuery } from '../../../shared/console/history/historyFilter';
import { missedOf } from '../../../shared/console/history/missedCalls';
import type { CallItem } from '../../../shared/console/api/answers';
import { callItem, startedAtMs } from './callItem';

const nowMs = startedAtMs + 3_600_000;
const missed = callItem(
  'missed',
  { state: 'ended' },
  { outcome: { result: 'missed' }, from: { name: 'Mia', phoneNumber: '+85258081234' } },
);
const later = (invitationId: string, data: Partial<CallItem['invitation']>) =>
  callItem(invitationId, { state: 'ended', startedAt: new Date(startedAtMs + 60_000).toISOString() }, data);
const missedIn = (...calls: CallItem[]) =>
  missedOf(new Map(calls.map((call) => [call.invitationId, call])), nowMs).map(({ invitationId }) => invitationId);

describe('missedOf', () => {
  it.each([
    ['nobody called back', later('other', { outcome: { result: 'missed' } }), ['other', 'missed']],
    [
      'they called again and were answered',
      later('b', { from: { phoneNumber: '+85258081234' }, outcome: { result: 'answered', answered: true } }),
      [],
    ],
    ['they were called', later('b', { direction: 'outgoing', to: { uri: 'tel:+85258081234' } }), []],
    [
      'they called again in vain',
      later('b', { from: { phoneNumber: '+85258081234' }, outcome: { result: 'cancelled', answered: false } }),
      ['missed'],
    ],
  ])('%s', (_what, other, waiting) => {
    expect(missedIn(missed, other)).toEqual(waiting);
  });

  it('forgets what is older than a day', () => {
    expect(missedOf(new Map([['missed', missed]]), startedAtMs + 25 * 3_600_000)).toEqual([]);
  });
});

test('a filter asks the relay and sorts what is known already alike', () => {
  const filter = {
    ...initialFilter,
    caller: ' 5808-12 ',
    outcome: 'missed',
    account: 'sip:reception@contoso.com',
  } as const;
  expect(Object.fromEntries(toQuery(filter, nowMs))).toEqual({
    limit: '100',
    since: new Date(nowMs - 24 * 3_600_000).toISOString(),
    caller: '5808-12',
    outcome: 'missed',
    account: 'sip:reception@contoso.com',
  });
  expect(matchesHistory(missed, filter, nowMs)).toBe(true);
  expect(matchesHistory(missed, { ...filter, caller: 'mIA' }, nowMs)).toBe(true);
  expect(matchesHistory(missed, { ...filter, caller: 'zoe' }, nowMs)).toBe(false);
  expect(matchesHistory(missed, { ...filter, outcome: 'answered' }, nowMs)).toBe(false);
  expect(matchesHistory(missed, filter, nowMs + 24 * 3_600_000)).toBe(false);
});

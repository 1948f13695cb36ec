import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import {
  isAheadOfPredecessor,
  isCallEnd,
  isCallStart,
  isRing,
  judgeLateSnapshot,
} from '../../../../shared/webhooks/delivery/lateSnapshot';
import { sampleGapEvent, sampleInvitationEvent } from '../../../support/sampleEvents';
import { sampleSubscription } from '../../../support/sampleSubscription';

const started = sampleInvitationEvent(1);
const updated = sampleInvitationEvent(2, { type: 'ucwa.audioVideoInvitation.updated' });
const completed = sampleInvitationEvent(3, { type: 'ucwa.audioVideoInvitation.completed' });
const connected: RelayEvent = { ...sampleInvitationEvent(2), type: 'ucwa.call.connected' };
const settled: RelayEvent = { ...sampleGapEvent(), type: 'ucwa.command.settled', subject: started.subject };

test.each([
  [started, true, true, false],
  [updated, true, false, false],
  [completed, false, false, true],
  [settled, false, false, false],
  [sampleGapEvent(), false, false, false],
])('$type is a ring: %p, a start: %p, an end: %p', (event, ring, start, end) => {
  expect([isRing(event), isCallStart(event), isCallEnd(event)]).toEqual([ring, start, end]);
});

describe('a late snapshot', () => {
  const everything = { types: ['ucwa.*'] as [string] };
  const withoutUpdates = { types: [started.type, completed.type] as [string, string] };
  const nothing = { states: ['x'] as [string] };
  const all = () => true;
  const noUpdates = (event: RelayEvent) => event !== updated;

  it.each([
    ['is sent while nothing newer is on record', started, [started], everything, all, false, undefined],
    ['is superseded by a newer one', started, [started, updated], everything, all, false, 'superseded'],
    ['is not superseded by an older one', updated, [started, updated], everything, all, false, undefined],
    ['is sent when the filters keep the newer one', started, [started, updated], withoutUpdates, all, false, undefined],
    [
      'is sent when the format shows nothing of it',
      started,
      [started, updated],
      everything,
      noUpdates,
      false,
      undefined,
    ],
    ['is sent again exactly when asked for', started, [started, updated], everything, all, true, undefined],
    ['expires with its call', started, [started, completed], everything, all, false, 'expired'],
    ['expires whatever the filters', updated, [completed], nothing, () => false, true, 'expired'],
    ['is not superseded by what is no snapshot', started, [connected, settled], everything, all, false, undefined],
  ] as const)('%s', (_title, event, recorded, filters, rendersIn, exact, step) => {
    const events = recorded.map((one) => ({ event: one }));
    const render = (one: RelayEvent) => (rendersIn(one) ? { contentType: 'text/plain', body: '' } : undefined);
    expect(judgeLateSnapshot(event, events, sampleSubscription({ filters }), render, exact)?.step).toBe(step);
  });
});

describe('an event of a call', () => {
  it.each([
    ['waits while the call has no start on record', updated, [], true],
    [
      'waits while the event before has no results',
      completed,
      [
        { event: started, hasResults: true },
        { event: updated, hasResults: false },
      ],
      true,
    ],
    [
      'does not wait for an event after it',
      updated,
      [
        { event: started, hasResults: true },
        { event: completed, hasResults: false },
      ],
      false,
    ],
    [
      'goes on when the event before is done',
      updated,
      [
        { event: started, hasResults: true },
        { event: updated, hasResults: false },
      ],
      false,
    ],
  ])('%s', (_title, event, recorded, isAhead) => expect(isAheadOfPredecessor(event, recorded)).toBe(isAhead));
});

import { callTriggers, isCallTrigger, type CallTriggerName } from '../../../../shared/http/connector/callTriggers';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { filtersSchema, matchesFilter } from '../../../../shared/webhooks/subscriptions/matchesFilter';
import { sampleGapEvent } from '../../../support/sampleEvents';
import { callEvent } from '../../../support/webhookEvents';

const outgoing = { data: { direction: 'outgoing' } };
const answered = { data: { outcome: { result: 'answered', answered: true } as const } };

const events: readonly {
  readonly title: string;
  readonly event: RelayEvent;
  readonly starts: readonly CallTriggerName[];
}[] = [
  { title: 'an incoming ring', event: callEvent('started'), starts: ['ringing'] },
  {
    title: 'a ring on the phone alone',
    event: { ...callEvent('started'), type: 'ucwa.phoneAudioInvitation.started' },
    starts: ['ringing'],
  },
  { title: 'a call that the user makes', event: callEvent('started', outgoing), starts: [] },
  { title: 'a change of a ringing call', event: callEvent('updated'), starts: [] },
  { title: 'an answered call', event: callEvent('completed', answered), starts: ['ended'] },
  { title: 'a missed call', event: callEvent('completed'), starts: ['ended', 'missed'] },
  {
    title: 'a missed call on the phone alone',
    event: { ...callEvent('completed'), type: 'ucwa.phoneAudioInvitation.completed' },
    starts: ['ended', 'missed'],
  },
  { title: 'the end of a call that the user made', event: callEvent('completed', outgoing), starts: ['ended'] },
  { title: 'a gap in the channel', event: sampleGapEvent(), starts: [] },
];

test.each(events)('$title starts $starts', ({ event, starts }) => {
  const started = Object.entries(callTriggers).filter(([, { filters }]) =>
    matchesFilter(event, filtersSchema.parse(filters)),
  );
  expect(started.map(([trigger]) => trigger)).toEqual(starts);
});

test.each([
  ['ringing', true],
  ['waiting', false],
  ['toString', false],
])('%s is a moment: %p', (name, expected) => {
  expect(isCallTrigger(name)).toBe(expected);
});

import { createRecentCalls } from '../../../../shared/webhooks/delivery/recentCalls';
import { sampleGapEvent, sampleInvitationEvent } from '../../../support/sampleEvents';

const started = sampleInvitationEvent(1);
const updated = sampleInvitationEvent(2, { type: 'ucwa.audioVideoInvitation.updated' });
const completed = sampleInvitationEvent(3, { type: 'ucwa.audioVideoInvitation.completed' });

it.each([
  ['nothing of a call that is new', [], started, undefined],
  ['when a call began', [started], updated, { startedAtMs: started.timeMs }],
  ['that an earlier event was handled, but not when the call began', [updated], completed, { startedAtMs: undefined }],
  ['nothing by a later event', [completed], updated, undefined],
  ['the beginning that came late', [updated, started], completed, { startedAtMs: started.timeMs }],
  ['nothing by the same event', [started], started, undefined],
  ['nothing of an event without a sequence', [started], sampleGapEvent(), undefined],
])('knows %s', (_title, earlier, event, expected) => {
  const calls = createRecentCalls();
  for (const one of earlier) calls.arrive(one);
  expect(calls.arrive(event)).toEqual(expected);
});

it('forgets the calls that had no event for longest', () => {
  const calls = createRecentCalls(1);
  calls.arrive(started);
  calls.arrive({ ...started, subject: 'another' });
  expect(calls.arrive(updated)).toBeUndefined();
});

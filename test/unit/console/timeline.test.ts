import type { z } from 'zod';
import { toSteps } from '../../../shared/console/call/timelineSteps';
import { attemptsText, p95, recentAttempts } from '../../../shared/console/subscribers/recentAttempts';
import type { timelineSchema } from '../../../shared/http/documents/timelineAnswers';
import { callItem, startedAtMs } from './callItem';

const at = (seconds: number): string => new Date(startedAtMs + seconds * 1000).toISOString();
const attempt = (outcome: 'delivered' | 'retrying', seconds: number, durationMs: number, reason?: string) => ({
  attempt: 1,
  attempted: true,
  outcome,
  durationMs,
  at: at(seconds),
  ...(reason !== undefined && { reason }),
});

const timeline: z.infer<typeof timelineSchema> = {
  invitationId: 'one',
  account: 'sip:reception@contoso.com',
  state: 'ended',
  startedAt: at(0),
  sequence: '1',
  events: [
    {
      id: 'e1',
      type: 'ucwa.audioVideoInvitation.started',
      receivedAt: at(0),
      onBusAt: at(0.09),
      recordedAt: at(0.17),
      subscribers: [
        {
          subscriptionId: 's1',
          description: 'CRM',
          outcome: 'delivered',
          deliveredInMs: 41,
          attempts: [attempt('delivered', 0.3, 41)],
        },
        {
          subscriptionId: 's2',
          description: 'Pager',
          outcome: 'delivered',
          deliveredAt: at(9.2),
          attempts: [
            attempt('retrying', 5, 5000, 'timed out'),
            attempt('retrying', 7, 20, 'timed out'),
            attempt('delivered', 9.2, 60),
          ],
        },
        { subscriptionId: 's3', outcome: 'filtered', filteredBy: 'importance', attempts: [] },
      ],
    },
    { id: 'e2', type: 'ucwa.audioVideoInvitation.completed', receivedAt: at(6.1), subscribers: [] },
  ],
  commands: [
    {
      id: 'c1',
      at: at(4.8),
      command: 'decline',
      caller: 'key:aabbccddeeff',
      authentication: 'key',
      result: 'alreadyClaimed',
      status: 409,
    },
    {
      id: 'c2',
      at: at(4.7),
      command: 'accept',
      caller: 'link:001122334455',
      authentication: 'capability',
      result: 'sent',
      status: 202,
    },
  ],
  gaps: [{ id: 'g1', cause: 'outage', after: at(5), before: at(6) }],
};
const call = callItem(
  'one',
  { state: 'ended' },
  { outcome: { result: 'answered', answeredBy: 'relay' }, importance: 'urgent' },
);

test('the timeline reads in the order of time, each step with its reason', () => {
  const steps = toSteps(timeline, call);
  expect(steps.map(({ title, text }) => [title, text].filter(Boolean).join(': '))).toEqual([
    'Rang at Reception: urgent',
    'On the bus: 90 ms after the relay received it',
    'Ring sent to 2 subscribers',
    'Sent to Reception’s phone: asked for by the button of a card',
    'Decline refused: by a key (aabbcc): 409 alreadyClaimed',
    'Gap in the event channel: for 1 s (outage): what happened meanwhile is not known',
    'Answered: through the relay',
  ]);
  expect(steps[2]?.subscribers?.map(({ name, tone, text }) => [name, tone, text])).toEqual([
    ['CRM', 'ok', 'delivered in 41 ms'],
    ['Pager', 'warn', '3 attempts: timed out (2 times) · delivered at +9.20 s'],
    ['Subscription s3', 'soft', 'not sent: its filter importance excludes it'],
  ]);
});

test('attempts that a later page brings are those of the event', () => {
  const later = { id: 'e1', subscribers: [{ subscriptionId: 's1', outcome: 'dead', attempts: [] }] };
  const [, , sent] = toSteps({ ...timeline, events: [...timeline.events, later] }, call);
  expect(sent?.subscribers?.[0]).toMatchObject({ name: 'CRM', tone: 'bad', text: 'given up' });
});

test('the bars of a subscriber come from the timelines of the last calls', () => {
  const attempts = recentAttempts([timeline, timeline]);
  expect([...attempts].map(([id, made]) => [id, made.map(({ outcome }) => outcome)])).toEqual([
    ['s1', ['delivered', 'delivered']],
    ['s2', ['late', 'late']],
  ]);
  expect(attemptsText(attempts.get('s2') ?? [])).toBe('Last 2 events: 0 delivered at once, 2 at a later attempt');
  expect([p95(attempts.get('s1') ?? []), p95([])]).toEqual([41, undefined]);
});

import { printStoryLine, wrap } from '../../../infra/cli/story/printStory';
import { parseTime } from '../../../infra/cli/story/parseTime';
import type { Call, Timeline } from '../../../infra/cli/story/relayReader';
import { describeCall, isOver, outcomeOfCall, toStory } from '../../../infra/cli/story/toStory';
import { invitationViewSchema } from '../../../shared/http/documents/answers';
import { invitationAnswers } from '../../../shared/http/documents/examples/httpExamples';
import { timelineAnswer } from '../../../shared/http/documents/examples/timelineExample';
import { timelineSchema } from '../../../shared/http/documents/timelineAnswers';

const timeline: Timeline = timelineSchema.parse(timelineAnswer());
const [call] = (invitationAnswers().page as { invitations: Call[] }).invitations.map((one) =>
  invitationViewSchema.parse(one),
) as [Call];

const shown = (changed: Partial<Timeline> = {}): string[] =>
  toStory(call, { ...timeline, ...changed }).map(({ label, text }) => `${label}: ${text}`);

describe('the story of a call', () => {
  it('tells in order when it rang, who was sent it and when, and how it ended', () => {
    expect(shown()).toEqual([
      'rang: connecting, on the bus after 12 ms',
      'filtered: sub_QmVpc3BpZWwtQWJvLTAxMw: ring not sent: its filter "outcomeResults" excludes it',
      'delivered: Front desk: ring delivered after 59 ms, request 38 ms',
      expect.stringMatching(/^missed: after \d+\.\d s, on the bus after 12 ms/),
      expect.stringMatching(/^failed: sub_\w+: end failed: HTTP 503, again at [\d:.]+$/),
      'delivered: Front desk: end delivered after 60 ms, request 38 ms',
      'delivered: sub_QmVpc3BpZWwtQWJvLTAxMw: end delivered after 5060 ms, request 38 ms (attempt 2)',
    ]);
  });

  it.each([
    [{ outcome: 'superseded', attempted: false, reason: 'a newer snapshot was delivered' }, 'superseded: a newer snap'],
    [{ outcome: 'expired', attempted: false, reason: 'the call is over' }, 'expired: the call is over'],
    [{ outcome: 'dead', attempted: true, status: 410 }, 'dead: HTTP 410'],
    [{ outcome: 'retrying', attempted: false, reason: 'its circuit is open' }, 'moved to later: its circuit is open'],
  ] as const)('tells why a subscriber did not get it: %o', (attempt, text) => {
    const events = timeline.events.map((event) => ({
      ...event,
      subscribers: event.subscribers.slice(0, 1).map((one) => ({
        ...one,
        attempts: [{ attempt: 1, durationMs: 0, at: event.recordedAt ?? '', ...attempt }],
      })),
    }));
    expect(shown({ events })).toContainEqual(expect.stringContaining(`Front desk: ring ${text}`));
  });

  it('tells who commanded what, gaps meanwhile, and an end that was not seen', () => {
    const at = call.startedAt;
    const command = { id: '1', at, command: 'decline', caller: 'key:\u001B[31m', authentication: 'key' } as const;
    const lines = shown({
      events: timeline.events.slice(0, 1),
      commands: [{ ...command, reason: 'Global', result: 'alreadyClaimed', status: 409 }],
      gaps: [{ id: '2', cause: 'outage', after: at, before: at }],
      endedBy: 'gap',
    });
    expect(lines).toContain('decline: by key:·[31m (Global): alreadyClaimed (409)');
    expect(lines).toContainEqual(expect.stringMatching(/^gap: outage: /));
    expect(lines.at(-1)).toBe('ended: by a gap of the account’s channel: its end was not seen');
  });

  it('is over when the call has ended and no subscriber waits for it', () => {
    expect(isOver(timeline)).toBe(true);
    expect(isOver({ ...timeline, state: 'active' })).toBe(false);
    const [event] = timeline.events as [Timeline['events'][number]];
    const [one] = event.subscribers as [(typeof event.subscribers)[number]];
    const waiting = { ...event, subscribers: [{ ...one, outcome: 'retrying' as const }] };
    expect(isOver({ ...timeline, events: [waiting] })).toBe(false);
  });
});

it('a call is described by its parties, whichever way it goes', () => {
  expect(describeCall(call)).toMatch(/^Alice.* <.*@.*> → reception@contoso\.com {2}".*"/);
  const outgoing = { ...call.invitation, direction: 'outgoing', to: { uri: 'tel:+14255550100', name: '+14255550100' } };
  expect(describeCall({ ...call, invitation: outgoing })).toMatch(/^reception@contoso\.com → \+14255550100/);
  expect(outcomeOfCall(call)).toEqual({ word: 'missed', tone: 'bold' });
});

it('a line is harmless to the terminal, whatever others have written', () => {
  const lines: string[] = [];
  const same = (text: string): string => text;
  const terminal = { line: (text = '') => void lines.push(text), width: 100 };
  printStoryLine(
    { ...terminal, bold: same, dim: same, good: same, bad: same, accent: same },
    { label: 'bus', text: 'among its dead letters: \u001B[2Jgone', tone: 'accent' },
  );
  expect(lines).toEqual([expect.stringMatching(/bus +among its dead letters: ·\[2Jgone$/)]);
});

describe('a moment', () => {
  const nowMs = new Date(2026, 10, 30, 8, 30).getTime();
  it.each([
    ['90m', nowMs - 5_400_000],
    ['2h', nowMs - 7_200_000],
    ['3d', nowMs - 259_200_000],
    ['08:30', nowMs],
    ['8:31', new Date(2026, 10, 29, 8, 31).getTime()],
    ['2026-11-29', new Date(2026, 10, 29).getTime()],
    ['2026-11-29T08:30', new Date(2026, 10, 29, 8, 30).getTime()],
    ['2026-11-29T08:30:00Z', Date.UTC(2026, 10, 29, 8, 30)],
    ['yesterday', undefined],
    ['24:00', undefined],
    ['2026-13-01', undefined],
  ])('%s is %p', (text, atMs) => {
    expect(parseTime(text, nowMs)).toBe(atMs);
  });
});

it.each([
  ['a few words that are wrapped', 10, ['a few', 'words that', 'are', 'wrapped']],
  ['abcdefghijkl m', 5, ['abcde', 'fghij', 'kl m']],
  ['', 5, ['']],
])('%p fits into lines of %i', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

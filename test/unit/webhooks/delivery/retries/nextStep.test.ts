import type { ResponseClass } from '../../../../../shared/webhooks/delivery/classifyResponse';
import {
  retryDelayMs,
  scheduleMs,
  stepAfterAttempt,
  stepAfterRefusal,
  stepAfterWait,
  stepWithoutState,
  type StepInput,
} from '../../../../../shared/webhooks/delivery/retries/nextStep';

const nowMs = 1_000_000;
const input = (changes: Partial<StepInput> = {}): StepInput => ({
  attempt: 1,
  moves: 0,
  nowMs,
  expiryTimeMs: undefined,
  random: 0.5,
  ...changes,
});
const ring = { expiryTimeMs: nowMs + 20_000 };
const longRing = { expiryTimeMs: nowMs + 20_001 };
const failed: ResponseClass = { class: 'failed', reason: 'responded 500', retryAfterMs: undefined };
const permanent: ResponseClass = { class: 'permanent', reason: 'responded 404', retryAfterMs: undefined };
const throttled: ResponseClass = { class: 'throttled', reason: 'responded 429', retryAfterMs: 7_000 };

describe('after an attempt', () => {
  it.each<[string, ResponseClass, Partial<StepInput>, object]>([
    ['ends what was delivered', { class: 'delivered' }, {}, { step: 'delivered' }],
    ['disables a subscriber that is gone', { class: 'gone', reason: 'x' }, {}, { step: 'disable' }],
    ['retries by the schedule', failed, {}, { step: 'retry', atMs: nowMs + 1_000 }],
    ['counts attempts and moves as steps', failed, { attempt: 2, moves: 1 }, { step: 'retry', atMs: nowMs + 4_000 }],
    ['waits for Retry-After when it is longer', throttled, {}, { step: 'retry', atMs: nowMs + 7_000 }],
    ['waits for the schedule when it is longer', throttled, { attempt: 4 }, { step: 'retry', atMs: nowMs + 8_000 }],
    ['ends with the last step', failed, { attempt: 10, moves: 5 }, { step: 'dead' }],
    ['retries inside a ring', failed, ring, { step: 'retry', atMs: nowMs + 1_000 }],
    ['expires when the ring ends first', failed, { ...ring, attempt: 6 }, { step: 'expired', isLost: true }],
    ['tries a permanent failure five times in a ring', permanent, { ...ring, attempt: 4 }, { step: 'retry' }],
    ['and no more', permanent, { ...ring, attempt: 5 }, { step: 'dead' }],
    ['tries a permanent failure by the schedule after a ring', permanent, { attempt: 5 }, { step: 'retry' }],
    [
      'moves what was not sent at all, at once',
      { class: 'notStarted', reason: 'x' },
      {},
      { step: 'move', atMs: nowMs },
    ],
  ])('%s', (_title, response, changes, expected) => {
    expect(stepAfterAttempt(response, input(changes))).toMatchObject(expected);
  });
});

describe('after a refusal', () => {
  const open = {
    admitted: false,
    why: 'circuitOpen',
    untilMs: nowMs + 10_000,
    failingForMs: 0,
    lastFailure: 'responded 500',
  } as const;
  it.each([
    ['waits until something is admitted, and up to 10 s more', open, longRing, { step: 'move', atMs: nowMs + 15_000 }],
    ['waits two minutes after the end of a call', open, {}, { step: 'move', atMs: nowMs + 125_000 }],
    [
      'or only until the subscriber that asked to wait admits something',
      { ...open, why: 'throttled' },
      {},
      { step: 'move', atMs: nowMs + 15_000 },
    ],
    ['waits for the schedule when that is longer', open, { attempt: 8 }, { step: 'move', atMs: nowMs + 1_800_000 }],
    ['counts moves as steps', open, { attempt: 1, moves: 14 }, { step: 'dead' }],
    [
      'expires a ring that ends before',
      open,
      { expiryTimeMs: nowMs + 14_000 },
      { step: 'expired', isLost: true, reason: expect.stringMatching(/the ring ends before the next attempt$/) },
    ],
    [
      'does not move a ring into its last five seconds',
      open,
      { expiryTimeMs: nowMs + 20_000 },
      { step: 'expired', isLost: true, reason: expect.stringMatching(/almost over by the next attempt$/) },
    ],
    [
      'waits twice as long as the subscriber has failed',
      { ...open, failingForMs: 600_000 },
      {},
      { step: 'move', atMs: nowMs + 1_205_000 },
    ],
    ['at most an hour', { ...open, failingForMs: 9e9 }, {}, { step: 'move', atMs: nowMs + 3_605_000 }],
    [
      'does not make a ring wait for that',
      { ...open, failingForMs: 9e9 },
      longRing,
      { step: 'move', atMs: nowMs + 15_000 },
    ],
    ['is due at once after the first wait in vain', { ...open, why: 'busy' }, {}, { step: 'move', atMs: nowMs }],
    [
      'waits for a subscriber that has stalled, and up to 3 s more',
      { ...open, why: 'stalled' },
      ring,
      { step: 'move', atMs: open.untilMs + 1_500 },
    ],
    [
      'does not blame the subscriber that has stalled for a ring that ends before',
      { ...open, why: 'stalled' },
      { expiryTimeMs: open.untilMs },
      { step: 'expired', isLost: false },
    ],
    [
      'and later by the schedule',
      { ...open, why: 'busy' },
      { attempt: 1, moves: 2 },
      { step: 'move', atMs: nowMs + 4_000 },
    ],
  ] as const)('%s', (_title, refusal, changes, expected) => {
    expect(stepAfterRefusal(refusal, input(changes))).toMatchObject(expected);
  });
});

it('leaves no ring that is over to a message', () => {
  expect(stepAfterWait('it waited', input({ expiryTimeMs: nowMs }))).toMatchObject({ step: 'expired', isLost: false });
});

it.each([
  [{}, { step: 'move', atMs: nowMs + 1_000 }],
  [
    { attempt: 6, ...ring },
    { step: 'expired', isLost: false },
  ],
])('without storage goes on by the schedule: %j', (changes, expected) => {
  expect(stepWithoutState(input(changes))).toMatchObject(expected);
});

test('the schedule is 0, 1, 2, 4, 8, 15 s, 1 m, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h', () => {
  expect(scheduleMs.map((ms) => ms / 1000)).toEqual([
    0, 1, 2, 4, 8, 15, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ]);
});

test.each([
  [1, 0, 800],
  [1, 0.5, 1000],
  [1, 1, 1200],
  [5, 0.5, 15_000],
  [14, 0, 69_120_000],
  [14, 1, 103_680_000],
])('after %i attempts, random %f: %i ms', (attemptsMade, random, expectedMs) => {
  expect(retryDelayMs(attemptsMade, random)).toBe(expectedMs);
});

test('the schedule has an end', () => {
  expect(retryDelayMs(15, 0.5)).toBeUndefined();
});

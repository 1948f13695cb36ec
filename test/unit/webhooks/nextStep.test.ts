import { classifyResponse, type ResponseClass } from '../../../shared/webhooks/delivery/classifyResponse';
import { nextStep, type NextStep } from '../../../shared/webhooks/nextStep';
import { createFakeClock } from '../../support/fakeClock';

const nowMs = Date.UTC(2026, 0, 15, 12);
const status = (code: number, retryAfter?: string): ResponseClass =>
  classifyResponse({ kind: 'response', status: code, retryAfter, body: '', durationMs: 1 }, nowMs);
const inSeconds = (seconds: number): number => nowMs + seconds * 1000;

test.each<
  [
    answer: ResponseClass,
    attempt: number,
    expiresInSeconds: number | undefined,
    step: NextStep['step'],
    afterSeconds: number | undefined,
  ]
>([
  [status(200), 1, undefined, 'delivered', undefined],
  [status(204), 15, -1, 'delivered', undefined],
  [status(410), 1, undefined, 'disable', undefined],
  [status(410), 1, 30, 'disable', undefined],
  // The schedule, for what has no end.
  [status(500), 1, undefined, 'retry', 1],
  [status(500), 2, undefined, 'retry', 2],
  [status(500), 6, undefined, 'retry', 60],
  [status(500), 14, undefined, 'retry', 86_400],
  [status(500), 15, undefined, 'dead', undefined],
  [status(302), 3, undefined, 'retry', 4],
  // Inside a ring.
  [status(500), 1, 30, 'retry', 1],
  [status(500), 5, 15.1, 'retry', 15],
  [status(500), 5, 15, 'expired', undefined],
  [status(500), 6, 30, 'expired', undefined],
  [status(500), 1, 0.9, 'expired', undefined],
  // Unhealable: five times, or the ring's end.
  [status(404), 1, undefined, 'retry', 1],
  [status(404), 4, undefined, 'retry', 8],
  [status(404), 5, undefined, 'dead', undefined],
  [status(404), 4, 8, 'expired', undefined],
  [status(404), 5, 100, 'dead', undefined],
  // Retry-After or the schedule, whichever is longer.
  [status(429, '10'), 1, undefined, 'retry', 10],
  [status(429, '10'), 8, undefined, 'retry', 1800],
  [status(503, '10'), 1, 30, 'retry', 10],
  [status(429, '60'), 1, 30, 'expired', undefined],
  [status(500, '7'), 1, undefined, 'retry', 7],
  [status(429), 1, undefined, 'retry', 1],
  [status(429), 15, undefined, 'dead', undefined],
])('%j, attempt %i, expires in %p s: %s %p', (answer, attempt, expiresInSeconds, step, afterSeconds) => {
  const expiryTimeMs = expiresInSeconds === undefined ? undefined : inSeconds(expiresInSeconds);
  const next = nextStep({ answer, attempt, nowMs, expiryTimeMs, random: 0.5 });
  expect(next).toMatchObject({ step, ...(afterSeconds !== undefined && { atMs: inSeconds(afterSeconds) }) });
});

/** Follows a delivery whose subscriber always answers the same, on a clock that is set forward to each attempt. */
async function attemptsAt(answer: ResponseClass, expiryTimeMs?: number): Promise<{ seconds: number[]; end: NextStep }> {
  const clock = createFakeClock(nowMs);
  const seconds: number[] = [];
  for (let attempt = 1; ; attempt += 1) {
    seconds.push((clock.now() - nowMs) / 1000);
    const next = nextStep({ answer, attempt, nowMs: clock.now(), expiryTimeMs, random: 0.5 });
    if (next.step !== 'retry') return { seconds, end: next };
    await clock.advance(next.atMs - clock.now());
  }
}

test('an end that nobody takes is tried 15 times in three days, to the second', async () => {
  const { seconds, end } = await attemptsAt(status(500));
  expect(seconds).toEqual([0, 1, 3, 7, 15, 30, 90, 390, 2190, 9390, 27_390, 63_390, 113_790, 185_790, 272_190]);
  expect(end.step).toBe('dead');
});

test('a ring of 30 s that nobody takes is tried five times inside the ring', async () => {
  const { seconds, end } = await attemptsAt(status(500), inSeconds(30));
  expect(seconds).toEqual([0, 1, 3, 7, 15]);
  expect(end.step).toBe('expired');
});

test('what cannot heal is tried five times', async () => {
  const { seconds, end } = await attemptsAt(status(401));
  expect(seconds).toEqual([0, 1, 3, 7, 15]);
  expect(end).toMatchObject({ step: 'dead', reason: 'responded 401, 5 times' });
});

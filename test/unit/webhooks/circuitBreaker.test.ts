import { createCircuitBreaker, FAILURES_TO_OPEN, OPEN_MS, PROBE_MS } from '../../../shared/webhooks/circuitBreaker';
import { createFakeClock } from '../../support/fakeClock';

function openedBreaker() {
  const clock = createFakeClock();
  const breaker = createCircuitBreaker(clock);
  for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) breaker.record(false);
  return { clock, breaker };
}

test('stays closed up to 19 failures in a row', () => {
  const breaker = createCircuitBreaker(createFakeClock());
  for (let failure = 1; failure < FAILURES_TO_OPEN; failure += 1) breaker.record(false);
  expect(breaker.refusedUntilMs()).toBeUndefined();
});

test('a success in between starts the count again', () => {
  const breaker = createCircuitBreaker(createFakeClock());
  for (let failure = 1; failure < FAILURES_TO_OPEN; failure += 1) breaker.record(false);
  breaker.record(true);
  breaker.record(false);
  expect(breaker.refusedUntilMs()).toBeUndefined();
});

test('opens at the 20th, for 30 s', async () => {
  const { clock, breaker } = openedBreaker();
  expect(breaker.refusedUntilMs()).toBe(clock.now() + OPEN_MS);
  await clock.advance(OPEN_MS - 1);
  expect(breaker.openUntilMs()).toBe(clock.now() + 1);
  await clock.advance(1);
  expect(breaker.openUntilMs()).toBeUndefined();
});

test('lets one probe through then, and no second until five seconds later', async () => {
  const { clock, breaker } = openedBreaker();
  await clock.advance(OPEN_MS);
  expect(breaker.refusedUntilMs()).toBeUndefined();
  await clock.advance(PROBE_MS - 1);
  expect([breaker.refusedUntilMs(), breaker.openUntilMs()]).toEqual([clock.now(), clock.now()]);
  await clock.advance(1);
  expect(breaker.refusedUntilMs()).toBeUndefined();
});

test('a probe that succeeds closes it', async () => {
  const { clock, breaker } = openedBreaker();
  await clock.advance(OPEN_MS);
  breaker.refusedUntilMs();
  breaker.record(true);
  expect([breaker.refusedUntilMs(), breaker.refusedUntilMs()]).toEqual([undefined, undefined]);
});

test('a probe that fails opens it for another 30 s', async () => {
  const { clock, breaker } = openedBreaker();
  await clock.advance(OPEN_MS);
  breaker.refusedUntilMs();
  breaker.record(false);
  expect(breaker.refusedUntilMs()).toBe(clock.now() + OPEN_MS);
});

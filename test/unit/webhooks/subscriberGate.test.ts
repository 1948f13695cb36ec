import { FAILURES_TO_OPEN, OPEN_MS, PROBE_MS } from '../../../shared/webhooks/circuitBreaker';
import {
  createSubscriberGate,
  LONGEST_WAIT_MS,
  MAX_IN_FLIGHT,
  MAX_WAITING,
  type Admission,
  type SubscriberGate,
  type Visit,
} from '../../../shared/webhooks/subscriberGate';
import { createFakeClock } from '../../support/fakeClock';

const one = { id: 'sub_one', changedAtMs: 1 };
const other = { id: 'sub_other', changedAtMs: 1 };

async function visit(gate: SubscriberGate, subscription: typeof one, outcome: Visit): Promise<void> {
  leave(await gate.enter(subscription), outcome);
}

function leave(admission: Admission | undefined, outcome: Visit = { succeeded: true }): void {
  if (admission?.admitted !== true) throw new Error('not admitted');
  admission.leave(outcome);
}

const why = (admission: Admission) => (admission.admitted ? 'admitted' : admission.why);
const enterAll = (gate: SubscriberGate, subscription: typeof one, count: number) =>
  Promise.all(Array.from({ length: count }, () => gate.enter(subscription)));

test('admits four at a time for each subscriber', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  await enterAll(gate, one, MAX_IN_FLIGHT);
  const fifth = gate.enter(one);
  await clock.advance(LONGEST_WAIT_MS);
  expect(why(await fifth)).toBe('busy');
  expect(why(await gate.enter(other))).toBe('admitted');
});

test('who waits is let in as soon as one of the four leaves, first come first', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  const [first, second] = await enterAll(gate, one, MAX_IN_FLIGHT);
  const [fifth, sixth] = [gate.enter(one), gate.enter(one)];
  leave(first);
  expect(why(await fifth)).toBe('admitted');
  leave(second);
  expect(why(await sixth)).toBe('admitted');
  expect(clock.sleepers()).toBe(0);
});

test('no more than eight wait', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  await enterAll(gate, one, MAX_IN_FLIGHT);
  const waiting = enterAll(gate, one, MAX_WAITING);
  expect(why(await gate.enter(one))).toBe('busy');
  await clock.advance(LONGEST_WAIT_MS);
  expect(new Set((await waiting).map(why))).toEqual(new Set(['busy']));
});

test('keeps a throttled subscriber, and only that one, out until its rest is over', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  await visit(gate, one, { succeeded: undefined, restMs: 10_000 });
  expect(await gate.enter(one)).toEqual({
    admitted: false,
    why: 'throttled',
    untilMs: clock.now() + 10_000,
    failingMs: 0,
  });
  expect(why(await gate.enter(other))).toBe('admitted');
  await clock.advance(10_000);
  expect(why(await gate.enter(one))).toBe('admitted');
});

test('nobody waits for one whose last visit failed: while four are inside, it is closed', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  const inside = await enterAll(gate, one, MAX_IN_FLIGHT);
  expect(gate.closed(one)).toBeUndefined();
  await visit(gate, other, { succeeded: true });
  leave(inside[0], { succeeded: false });
  const [again] = await enterAll(gate, one, 1);
  expect(gate.closed(one)).toEqual({ admitted: false, why: 'busy', untilMs: clock.now() });
  expect(why(await gate.enter(one))).toBe('busy');
  leave(again);
  await enterAll(gate, one, 1);
  expect(gate.closed(one)).toBeUndefined();
});

test('what was seen more than a minute ago says nothing', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  await visit(gate, one, { succeeded: false });
  await clock.advance(50_000);
  await visit(gate, one, { succeeded: undefined, restMs: 100_000 });
  expect(gate.closed(one)).toMatchObject({ failingMs: 50_000 });
  await clock.advance(60_001);
  expect(gate.closed(one)).toEqual({ admitted: false, why: 'throttled', untilMs: clock.now() + 39_999 });
  await clock.advance(39_999);
  await visit(gate, one, { succeeded: undefined, restMs: 1000 });
  expect(gate.closed(one)).toMatchObject({ failingMs: 0 });
});

test('a shorter rest does not cut a longer one', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  const [first, second] = await enterAll(gate, one, 2);
  leave(first, { succeeded: undefined, restMs: 10_000 });
  leave(second, { succeeded: undefined, restMs: 1000 });
  expect(await gate.enter(one)).toMatchObject({ untilMs: clock.now() + 10_000 });
});

test('opens the circuit of a subscriber that only fails; a throttling answer does not count', async () => {
  const gate = createSubscriberGate(createFakeClock());
  for (let failure = 1; failure < FAILURES_TO_OPEN; failure += 1) await visit(gate, one, { succeeded: false });
  await visit(gate, one, { succeeded: undefined });
  await visit(gate, one, { succeeded: false });
  expect(why(await gate.enter(one))).toBe('circuitOpen');
});

test('a change of the subscription opens the gate, and those inside still count', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  const inside = await enterAll(gate, one, 2);
  await visit(gate, one, { succeeded: undefined, restMs: 10_000 });
  const changed = { ...one, changedAtMs: 2 };
  const entering = enterAll(gate, changed, 3);
  await clock.advance(LONGEST_WAIT_MS);
  expect((await entering).map(why)).toEqual(['admitted', 'admitted', 'busy']);
  for (const admission of inside) leave(admission);
  expect((await enterAll(gate, changed, 2)).map(why)).toEqual(['admitted', 'admitted']);
});

test('a visit that began before a change says nothing of what it was changed to', async () => {
  const gate = createSubscriberGate(createFakeClock());
  const [admission] = await enterAll(gate, one, 1);
  const changed = { ...one, changedAtMs: 2 };
  expect(gate.closed(changed)).toBeUndefined();
  leave(admission, { succeeded: undefined, restMs: 3_600_000 });
  expect(why(await gate.enter(changed))).toBe('admitted');
});

test('nobody waits for one that hangs after a long rest: while four are inside, it is closed', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  await visit(gate, one, { succeeded: undefined, restMs: 120_000 });
  await clock.advance(120_000);
  await enterAll(gate, one, MAX_IN_FLIGHT);
  expect(gate.closed(one)).toMatchObject({ why: 'busy' });
  expect(why(await gate.enter(one))).toBe('busy');
});

test('says that it is closed, as long as it is, and takes no probe by it', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  expect(gate.closed(one)).toBeUndefined();
  await visit(gate, one, { succeeded: undefined, restMs: 10_000 });
  expect(gate.closed(one)).toEqual({ admitted: false, why: 'throttled', untilMs: clock.now() + 10_000, failingMs: 0 });
  await clock.advance(10_000);
  await visit(gate, one, { succeeded: true });
  await visit(gate, one, { succeeded: false });
  await clock.advance(7000);
  for (let failure = 1; failure < FAILURES_TO_OPEN; failure += 1) await visit(gate, one, { succeeded: false });
  expect(gate.closed(one)).toEqual({
    admitted: false,
    why: 'circuitOpen',
    untilMs: clock.now() + OPEN_MS,
    failingMs: 7000,
  });
  expect(gate.closed(other)).toBeUndefined();
  await clock.advance(OPEN_MS);
  expect([gate.closed(one), gate.closed(one)]).toEqual([undefined, undefined]);
  expect(why(await gate.enter(one))).toBe('admitted');
});

describe('when one tries for all whether it works again', () => {
  const restMs = 10_000;
  async function afterRest(lastingMs = restMs) {
    const clock = createFakeClock();
    const gate = createSubscriberGate(clock);
    await visit(gate, one, { succeeded: undefined, restMs: lastingMs });
    await clock.advance(lastingMs);
    return { clock, gate };
  }
  const ask = (gate: SubscriberGate, subscription = one) => gate.takeTurn(subscription)?.why ?? 'go';
  const askTwice = (gate: SubscriberGate) => [ask(gate), ask(gate)];

  test('after a rest the first who asks goes, and the others when that visit has ended well', async () => {
    const { clock, gate } = await afterRest();
    expect([...askTwice(gate), ask(gate, other)]).toEqual(['go', 'beingTried', 'go']);
    expect(gate.takeTurn(one)).toEqual({ admitted: false, why: 'beingTried', untilMs: clock.now() });
    const admission = await gate.enter(one);
    expect(ask(gate)).toBe('beingTried');
    leave(admission, { succeeded: true });
    expect(askTwice(gate)).toEqual(['go', 'go']);
  });

  test.each([1000, 61_000, 3_600_000])('after a rest of %i ms and another rest it begins again', async (lastingMs) => {
    const { clock, gate } = await afterRest(lastingMs);
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
    await visit(gate, one, { succeeded: undefined, restMs: lastingMs });
    await clock.advance(lastingMs);
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
  });

  test('so also where a circuit may close', async () => {
    const clock = createFakeClock();
    const gate = createSubscriberGate(clock);
    for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) await visit(gate, one, { succeeded: false });
    await clock.advance(OPEN_MS);
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
    const admission = await gate.enter(one);
    expect([gate.takeTurn(one), gate.closed(one), await gate.enter(one)]).toEqual(
      Array.from({ length: 3 }, () => ({ admitted: false, why: 'beingTried', untilMs: clock.now() })),
    );
    leave(admission, { succeeded: true });
    expect(askTwice(gate)).toEqual(['go', 'go']);
  });

  test('who has the turn and makes no visit passes it on to the next', async () => {
    const { gate } = await afterRest();
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
    gate.passOn(one);
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
  });

  test('who comes and enters keeps it, for five seconds at most', async () => {
    const { clock, gate } = await afterRest();
    gate.takeTurn(one);
    gate.passOn(one);
    await gate.enter(one);
    await clock.advance(PROBE_MS - 1);
    expect(ask(gate)).toBe('beingTried');
    await clock.advance(1);
    expect(askTwice(gate)).toEqual(['go', 'go']);
  });

  test('who does not come within five seconds came to another process: until a visit here, nothing is known here any more', async () => {
    const { clock, gate } = await afterRest();
    expect(ask(gate)).toBe('go');
    await clock.advance(PROBE_MS - 1);
    expect(ask(gate)).toBe('beingTried');
    await clock.advance(1);
    expect(askTwice(gate)).toEqual(['go', 'go']);
    gate.passOn(one);
    expect(askTwice(gate)).toEqual(['go', 'go']);
  });

  test('a visit that began before the rest tells nothing of the time after it', async () => {
    const clock = createFakeClock();
    const gate = createSubscriberGate(clock);
    const [first, second] = await enterAll(gate, one, 2);
    leave(first, { succeeded: undefined, restMs });
    leave(second, { succeeded: true });
    await clock.advance(restMs);
    expect(askTwice(gate)).toEqual(['go', 'beingTried']);
  });

  test('all go to one that failed and may work at the next attempt, and to one of which nothing is known of late', async () => {
    const { clock, gate } = await afterRest();
    await visit(gate, other, { succeeded: false });
    expect([ask(gate, other), ask(gate, other)]).toEqual(['go', 'go']);
    await clock.advance(60_001);
    expect(askTwice(gate)).toEqual(['go', 'go']);
  });
});

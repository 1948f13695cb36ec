import { FAILURES_TO_OPEN } from '../../../shared/webhooks/circuitBreaker';
import { createSubscriberGate, MAX_IN_FLIGHT, type Admission, type SubscriberGate, type Visit } from '../../../shared/webhooks/subscriberGate';
import { createFakeClock } from '../../support/fakeClock';

const one = { id: 'sub_one', changedAtMs: 1 };
const other = { id: 'sub_other', changedAtMs: 1 };

function visit(gate: SubscriberGate, subscription: typeof one, outcome: Visit): void {
  const admission = gate.enter(subscription);
  if (!admission.admitted) throw new Error(`not admitted: ${admission.why}`);
  admission.leave(outcome);
}

const why = (admission: Admission) => (admission.admitted ? 'admitted' : admission.why);

test('admits four at a time for each subscriber', () => {
  const gate = createSubscriberGate(createFakeClock());
  const inside = Array.from({ length: MAX_IN_FLIGHT }, () => gate.enter(one));
  expect(why(gate.enter(one))).toBe('busy');
  expect(why(gate.enter(other))).toBe('admitted');
  const [first] = inside;
  if (first?.admitted === true) first.leave({ succeeded: true });
  expect(why(gate.enter(one))).toBe('admitted');
});

test('keeps a throttled subscriber, and only that one, out until its rest is over', async () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  visit(gate, one, { succeeded: undefined, restMs: 10_000 });
  expect(gate.enter(one)).toEqual({ admitted: false, why: 'throttled', untilMs: clock.now() + 10_000 });
  expect(why(gate.enter(other))).toBe('admitted');
  await clock.advance(10_000);
  expect(why(gate.enter(one))).toBe('admitted');
});

test('a shorter rest does not cut a longer one', () => {
  const clock = createFakeClock();
  const gate = createSubscriberGate(clock);
  const [first, second] = [gate.enter(one), gate.enter(one)];
  if (first.admitted) first.leave({ succeeded: undefined, restMs: 10_000 });
  if (second.admitted) second.leave({ succeeded: undefined, restMs: 1000 });
  expect(gate.enter(one)).toMatchObject({ untilMs: clock.now() + 10_000 });
});

test('opens the circuit of a subscriber that only fails; a throttling answer does not count', () => {
  const gate = createSubscriberGate(createFakeClock());
  for (let failure = 1; failure < FAILURES_TO_OPEN; failure += 1) visit(gate, one, { succeeded: false });
  visit(gate, one, { succeeded: undefined });
  expect(why(gate.enter(one))).toBe('admitted');
  visit(gate, one, { succeeded: false });
  expect(why(gate.enter(one))).toBe('circuitOpen');
});

test('a change of the subscription opens the gate, and those inside still count', () => {
  const gate = createSubscriberGate(createFakeClock());
  const inside = [gate.enter(one), gate.enter(one)];
  visit(gate, one, { succeeded: undefined, restMs: 10_000 });
  const changed = { ...one, changedAtMs: 2 };
  expect([gate.enter(changed), gate.enter(changed), gate.enter(changed)].map(why)).toEqual(['admitted', 'admitted', 'busy']);
  for (const admission of inside) if (admission.admitted) admission.leave({ succeeded: true });
  expect([gate.enter(changed), gate.enter(changed), gate.enter(changed)].map(why)).toEqual(['admitted', 'admitted', 'busy']);
});

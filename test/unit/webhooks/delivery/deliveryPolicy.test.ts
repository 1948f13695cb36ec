import {
  createDeliveryPolicies,
  createDeliveryPolicy,
  FAILURES_TO_OPEN,
  MAX_IN_FLIGHT,
  OPEN_MS,
  type DeliveryPolicy,
  type Permit,
} from '../../../../shared/webhooks/delivery/deliveryPolicy';
import type { ResponseClass } from '../../../../shared/webhooks/delivery/classifyResponse';
import { createFakeClock } from '../../../support/fakeClock';

function setUp() {
  const clock = createFakeClock();
  return { clock, policy: createDeliveryPolicy(clock), soon: () => clock.now() + 5_000 };
}

async function admitted(policy: DeliveryPolicy, untilMs: number): Promise<Permit> {
  const permit = await policy.acquire(untilMs);
  if (!permit.admitted) throw new Error(permit.why);
  return permit;
}

async function attempt(policy: DeliveryPolicy, response: ResponseClass | undefined, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) (await admitted(policy, Infinity)).release(response);
}

const failed = { class: 'failed', reason: 'responded 500', retryAfterMs: undefined } as const;
const succeeded = { class: 'delivered' } as const;

describe('the bulkhead', () => {
  it('admits 16 at a time and the others in order', async () => {
    const { policy, soon } = setUp();
    const permits = await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, () => admitted(policy, soon())));
    const order: number[] = [];
    const waiting = [1, 2].map(async (number) => {
      const permit = await admitted(policy, soon());
      order.push(number);
      return permit;
    });
    permits[0]?.release(succeeded);
    (await waiting[0])?.release(succeeded);
    await waiting[1];
    expect(order).toEqual([1, 2]);
  });

  it('lets nobody overtake those that wait', async () => {
    const { policy, soon } = setUp();
    const [first] = await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, () => admitted(policy, soon())));
    const order: string[] = [];
    const earlier = policy.acquire(soon()).then(() => order.push('earlier'));
    first?.release(succeeded);
    void policy.acquire(soon()).then(() => order.push('later'));
    await earlier;
    expect(order).toEqual(['earlier']);
  });

  it.each([
    ['half a second', 500, undefined],
    ['half a second after a failure', 500, failed],
    ['a second after a success', 1_000, succeeded],
  ])(
    'refuses as stalled at once when none of the 16 has ended for %s, until their time is over',
    async (...[, ms, last]) => {
      const { policy, clock, soon } = setUp();
      if (last !== undefined) (await admitted(policy, soon())).release(last);
      const [first] = await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, () => admitted(policy, soon())));
      await clock.advance(ms - 1);
      expect(policy.refusal()).toBeUndefined();
      const waiting = admitted(policy, soon());
      await clock.advance(1);
      const refusal = { admitted: false, why: 'stalled', untilMs: clock.now() + 5_000 - ms };
      expect([policy.refusal(), await policy.acquire(soon())]).toMatchObject([refusal, refusal]);
      first?.release(succeeded);
      expect(await waiting).toMatchObject({ admitted: true });
      const next = admitted(policy, soon());
      (await waiting).release(succeeded);
      expect(await next).toMatchObject({ admitted: true });
    },
  );

  it('refuses as busy what waited in vain', async () => {
    const { policy, clock, soon } = setUp();
    await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, () => admitted(policy, soon())));
    const waiting = policy.acquire(soon());
    await clock.advance(5_000);
    await expect(waiting).resolves.toMatchObject({ admitted: false, why: 'busy', untilMs: clock.now() });
  });
});

describe('the circuit breaker', () => {
  it.each([
    [FAILURES_TO_OPEN - 1, undefined],
    [FAILURES_TO_OPEN, 'circuitOpen'],
  ])('after %i failures in a row refuses as %s', async (failures, why) => {
    const { policy } = setUp();
    await attempt(policy, failed, failures);
    expect(policy.refusal()?.why).toBe(why);
  });

  it('counts a 429 as a failure', async () => {
    const { policy, clock } = setUp();
    for (let time = 0; time < FAILURES_TO_OPEN; time += 1) {
      await attempt(policy, { class: 'throttled', reason: 'responded 429', retryAfterMs: 1_000 });
      await clock.advance(1_000);
    }
    expect(policy.refusal()).toMatchObject({ why: 'circuitOpen', lastFailure: 'responded 429' });
  });

  it('counts failures in a row only, and no attempt without a request', async () => {
    const { policy } = setUp();
    await attempt(policy, failed, FAILURES_TO_OPEN - 1);
    await attempt(policy, succeeded);
    await attempt(policy, failed, FAILURES_TO_OPEN - 1);
    await attempt(policy, undefined);
    expect(policy.refusal()).toBeUndefined();
  });

  it('says until when, and since when the subscriber fails', async () => {
    const { policy, clock } = setUp();
    await attempt(policy, failed);
    const sinceMs = clock.now();
    await clock.advance(7_000);
    await attempt(policy, failed, FAILURES_TO_OPEN - 1);
    expect(policy.refusal()).toMatchObject({ untilMs: clock.now() + OPEN_MS, failingForMs: 7_000 });
    expect(policy.failingSinceMs()).toBe(sinceMs);
    expect(policy.isOpen()).toBe(true);
  });

  describe('half open', () => {
    async function halfOpen() {
      const world = setUp();
      await attempt(world.policy, failed, FAILURES_TO_OPEN);
      await world.clock.advance(OPEN_MS);
      const probe = await admitted(world.policy, world.soon());
      const waiting = [1, 2].map(() => world.policy.acquire(world.soon()));
      return { ...world, probe, waiting };
    }

    it('admits all that waited when the probe succeeds', async () => {
      const { policy, probe, waiting } = await halfOpen();
      probe.release(succeeded);
      expect(await Promise.all(waiting)).toMatchObject([{ admitted: true }, { admitted: true }]);
      expect(policy.isOpen()).toBe(false);
      expect(policy.failingSinceMs()).toBeUndefined();
    });

    it('refuses all that waited when the probe fails', async () => {
      const { probe, waiting, clock } = await halfOpen();
      probe.release(failed);
      const refused = { admitted: false, why: 'circuitOpen', untilMs: clock.now() + OPEN_MS };
      expect(await Promise.all(waiting)).toMatchObject([refused, refused]);
    });

    it('refuses until the probe is over what comes when it has stalled', async () => {
      const { policy, clock, soon } = await halfOpen();
      await clock.advance(1_000);
      expect(await policy.acquire(soon())).toMatchObject({ why: 'circuitOpen', untilMs: clock.now() + 4_000 });
    });

    it('makes the next one the probe when the first made no request', async () => {
      const { probe, waiting } = await halfOpen();
      probe.release(undefined);
      const [second, third] = waiting;
      const next = (await second) as Permit;
      next.release(failed);
      await expect(third).resolves.toMatchObject({ why: 'circuitOpen' });
    });
  });
});

describe('Retry-After', () => {
  it.each([
    [undefined, 5_000],
    [1_200, 1_200],
  ])('of %p ms refuses for %p ms', async (retryAfterMs, waitMs) => {
    const { policy, clock } = setUp();
    await attempt(policy, { class: 'throttled', reason: 'responded 429', retryAfterMs });
    expect(policy.refusal()).toMatchObject({ why: 'throttled', untilMs: clock.now() + waitMs });
    await clock.advance(waitMs);
    expect(policy.refusal()).toBeUndefined();
  });

  it('is not shortened by a shorter one', async () => {
    const { policy, clock, soon } = setUp();
    const [first, second] = await Promise.all([admitted(policy, soon()), admitted(policy, soon())]);
    first.release({ class: 'throttled', reason: 'responded 429', retryAfterMs: 60_000 });
    second.release({ class: 'throttled', reason: 'responded 429', retryAfterMs: 1_000 });
    expect(policy.refusal()?.untilMs).toBe(clock.now() + 60_000);
  });
});

describe('the policies of a process', () => {
  const policies = createDeliveryPolicies(createFakeClock());
  const policy = policies({ id: 'sub_a', changedAtMs: 1 });

  test.each([
    ['keep one policy for a subscription', { id: 'sub_a', changedAtMs: 1 }, true],
    ['begin anew when the subscription is changed', { id: 'sub_a', changedAtMs: 2 }, false],
    ['have one for each subscription', { id: 'sub_b', changedAtMs: 1 }, false],
  ])('%s', (_title, subscription, isSame) => expect(policies(subscription) === policy).toBe(isSame));
});

import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import type { DeliveryEnd } from '../../../../shared/webhooks/delivery/deliveryEnd';
import { createDeliveryPolicies, FAILURES_TO_OPEN } from '../../../../shared/webhooks/delivery/deliveryPolicy';
import type { SubscriberHealthRow } from '../../../../shared/webhooks/delivery/subscriberHealth';
import {
  createSubscriberWatch,
  FAILING_DISABLES_MS,
  FAILURES_TO_DISABLE,
} from '../../../../shared/webhooks/delivery/subscriberWatch';
import { createFakeClock } from '../../../support/fakeClock';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleSubscription } from '../../../support/sampleSubscription';

const subscription = sampleSubscription();
const endOf = (outcome: DeliveryEnd['attempt']['outcome'], changes: Partial<DeliveryEnd> = {}): DeliveryEnd => ({
  attempt: {
    subscriptionId: 'sub_a',
    outcome,
    attempted: true,
    durationMs: 1,
    reason: 'responded 500',
    attempt: 1,
    moves: 0,
    atMs: 1,
  },
  isLost: false,
  ...changes,
});
const failed = endOf('retrying');
const lost = endOf('expired', { isLost: true });
const delivered = endOf('delivered');

function setUp() {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const policies = createDeliveryPolicies(clock);
  const rows = new Map<string, SubscriberHealthRow>();
  const world = { reads: 0, writes: 0, failures: 0, published: [] as RelayEvent[], stored: subscription };
  const health = {
    readAll: () => {
      world.reads += 1;
      return Promise.resolve(new Map(rows));
    },
    write: (id: string, row: SubscriberHealthRow): Promise<void> => {
      world.writes += 1;
      rows.set(id, row);
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
  };
  const watch = createSubscriberWatch({
    clock,
    log,
    policies,
    health,
    views: { failuresSince: () => Promise.resolve(world.failures) },
    publisher: {
      publish: (events) => {
        world.published.push(...events);
        return Promise.resolve();
      },
    },
    subscriptions: {
      find: () => Promise.resolve(world.stored),
      update: (_id, change) => {
        // The event is out by then.
        expect(types()).toContain('disabled');
        world.stored = change(world.stored) ?? world.stored;
        return Promise.resolve(world.stored);
      },
    },
  });
  const open = async (): Promise<void> => {
    for (let time = 0; time < FAILURES_TO_OPEN; time += 1) {
      const permit = await policies(subscription).acquire(Infinity);
      if (permit.admitted) permit.release({ class: 'failed', reason: 'responded 500', retryAfterMs: undefined });
    }
  };
  const types = () => world.published.map(({ type }) => type.replace('ucwa.subscription.', ''));
  return { clock, log, rows, world, health, watch, open, types };
}

it('writes nothing while a healthy subscriber stays healthy, and reads at most every 5 s', async () => {
  const { watch, world } = setUp();
  for (let time = 0; time < 10; time += 1) await watch.observe(subscription, delivered);
  expect([world.reads, world.writes]).toEqual([1, 0]);
});

it('writes nothing for a failure that is repaired', async () => {
  const { watch, world } = setUp();
  await watch.observe(subscription, failed);
  expect(world.writes).toBe(0);
});

it.each([
  ['its circuit opens, without an event', true, failed, false],
  ['an event is lost, and reports it', false, lost, true],
])('says failing when %s', async (_title, isOpen, end, isReported) => {
  const { watch, open, rows, types, clock } = setUp();
  if (isOpen) await open();
  await watch.observe(subscription, end);
  expect(rows.get('sub_a')).toMatchObject({ state: 'failing', failingSinceMs: clock.now(), isReported });
  expect(types()).toEqual(isReported ? ['failing'] : []);
});

it('reports a circuit that stays open for five minutes, once', async () => {
  const { watch, open, types, clock } = setUp();
  await open();
  for (const waitMs of [0, 299_000, 1_000, 60_000]) {
    await clock.advance(waitMs);
    await watch.observe(subscription, failed);
  }
  expect(types()).toEqual(['failing']);
});

it('says healthy at the first success, and reports it when the failure was reported', async () => {
  const { watch, rows, types, world } = setUp();
  await watch.observe(subscription, lost);
  await watch.observe(subscription, delivered);
  await watch.observe(subscription, delivered);
  expect(rows.get('sub_a')).toMatchObject({ state: 'healthy' });
  expect([types(), world.writes]).toEqual([['failing', 'recovered'], 2]);
});

it('disables a subscriber that is gone', async () => {
  const { watch, world } = setUp();
  await watch.observe(subscription, endOf('disabled', { disable: 'responded 410' }));
  expect(world.stored.state).toMatchObject({ name: 'disabled', reason: 'responded 410' });
  expect(world.published).toMatchObject([{ type: 'ucwa.subscription.disabled', subject: 'sub_a' }]);
});

it.each([
  ['was changed since', { changedAtMs: 2 }],
  ['is disabled already', { state: { name: 'disabled', atMs: 1, reason: 'earlier' } as const }],
])('leaves a subscription that %s as it is, and reports nothing', async (_title, changes) => {
  const { watch, world } = setUp();
  const stored = (world.stored = sampleSubscription(changes));
  await watch.observe(subscription, endOf('disabled', { disable: 'responded 410' }));
  expect([world.stored, world.published]).toEqual([stored, []]);
});

it('writes again what storage did not take, when it reads next', async () => {
  const { watch, world, health, rows, clock } = setUp();
  const { write } = health;
  await watch.observe(subscription, lost);
  health.write = () => Promise.reject(new Error('away'));
  await watch.observe(subscription, delivered);
  expect(rows.get('sub_a')).toMatchObject({ state: 'failing' });
  health.write = write;
  await clock.advance(6_000);
  await watch.observe(subscription, delivered);
  expect(rows.get('sub_a')).toMatchObject({ state: 'healthy' });
  const { writes } = world;
  await clock.advance(6_000);
  await watch.observe(subscription, delivered);
  expect(world.writes).toBe(writes);
});

it.each([
  ['after five days', FAILING_DISABLES_MS, FAILURES_TO_DISABLE, 'disabled'],
  ['not before', FAILING_DISABLES_MS - 1, FAILURES_TO_DISABLE, 'active'],
  ['not after few failures', FAILING_DISABLES_MS, FAILURES_TO_DISABLE - 1, 'active'],
])('disables a subscriber that nothing has reached: %s', async (_title, waitMs, failures, state) => {
  const { watch, world, clock } = setUp();
  await watch.observe(subscription, lost);
  world.failures = failures;
  await clock.advance(waitMs);
  await watch.observe(subscription, failed);
  expect(world.stored.state.name).toBe(state);
});

it('holds nobody up for longer than a second, and rejects never', async () => {
  const { watch, health, clock, log } = setUp();
  const startMs = clock.now();
  health.readAll = () => new Promise(() => undefined);
  await clock.advanceUntil(watch.observe(subscription, lost), 500);
  expect(clock.now() - startMs).toBeLessThanOrEqual(1_000);
  health.readAll = () => Promise.resolve(new Map<string, SubscriberHealthRow>());
  health.write = () => Promise.reject(new Error('away'));
  await clock.advance(60_000);
  await watch.observe(subscription, lost);
  expect(log.lines.map(({ event }) => event)).toContain('subscriberHealthNotKept');
});

it('publishes a failure once, whatever it reads while storage has not taken its row', async () => {
  const { watch, health, clock, types } = setUp();
  health.readAll = () => Promise.resolve(new Map<string, SubscriberHealthRow>());
  health.write = () => Promise.reject(new Error('away'));
  for (let time = 0; time < 5; time += 1) {
    await watch.observe(subscription, lost);
    await clock.advance(6_000);
  }
  expect(types()).toEqual(['failing']);
});

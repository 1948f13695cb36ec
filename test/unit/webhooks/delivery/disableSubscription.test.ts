import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { createDisableSubscription } from '../../../../shared/webhooks/delivery/disableSubscription';
import type { Subscription } from '../../../../shared/webhooks/subscriptions/subscription';
import { createFakeClock } from '../../../support/fakeClock';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleSubscription } from '../../../support/sampleSubscription';

function setUp(stored: Subscription) {
  const published: RelayEvent[] = [];
  const world = { stored, published, order: [] as string[] };
  const disable = createDisableSubscription({
    clock: createFakeClock(),
    log: createRecordingLog(),
    publisher: {
      publish: (events) => {
        world.order.push('publish');
        published.push(...events);
        return Promise.resolve();
      },
    },
    subscriptions: {
      update: (_id, change) => {
        world.order.push('update');
        world.stored = change(world.stored) ?? world.stored;
        return Promise.resolve(world.stored);
      },
    },
  });
  return { world, disable };
}

it('publishes, then disables', async () => {
  const { world, disable } = setUp(sampleSubscription());
  await disable(sampleSubscription(), 'responded 410');
  expect(world.order).toEqual(['publish', 'update']);
  expect(world.stored.state).toMatchObject({ name: 'disabled', reason: 'responded 410' });
  expect(world.published).toMatchObject([{ type: 'ucwa.subscription.disabled', subject: 'sub_a' }]);
});

it.each([
  ['was changed since', { changedAtMs: 2 }],
  ['is disabled already', { state: { name: 'disabled', atMs: 1, reason: 'earlier' } as const }],
])('leaves a subscription that %s as it is', async (_title, changes) => {
  const stored = sampleSubscription(changes);
  const { world, disable } = setUp(stored);
  await disable(sampleSubscription(), 'responded 410');
  expect(world.stored).toBe(stored);
});

it('reports one event however often it is tried', async () => {
  const { world, disable } = setUp(sampleSubscription());
  await disable(sampleSubscription(), 'responded 410');
  await disable(sampleSubscription(), 'responded 410');
  expect(new Set(world.published.map(({ id }) => id)).size).toBe(1);
});

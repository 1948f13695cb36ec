import { RelayError } from '../../../../shared/errors/relayError';
import { withAccountChanges } from '../../../../shared/http/stream/accountChanges';
import { toStreamEvent } from '../../../../shared/http/stream/toStreamEvent';
import { encodeSlotHealth } from '../../../../shared/relay/accountHealth';
import { createFakeClock, settlePromises } from '../../../support/fakeClock';
import { createMemoryFeed } from '../../../support/memoryFeed';

function createWorld() {
  const clock = createFakeClock(undefined, settlePromises);
  let state: string | undefined = 'connected';
  let reads = 0;
  const leases = {
    read() {
      reads += 1;
      if (state === undefined) return Promise.reject(new RelayError('storageUnavailable', 'It does not answer.'));
      const health = encodeSlotHealth([
        { account: 'sip:reception@contoso.com', state, modalities: [], lastError: 'why' },
      ]);
      return Promise.resolve([{ slot: 0, owner: 'run', expiresAtMs: clock.now() + 15_000, health }]);
    },
  };
  const feed = withAccountChanges(createMemoryFeed(), { leases, clock });
  return {
    clock,
    reads: () => reads,
    set: (to: string | undefined) => (state = to),
    async events() {
      const { entries } = await feed.readSince(0, { limit: 10, isKnown: () => false });
      return entries.map((entry) => toStreamEvent(entry));
    },
  };
}

describe('an account', () => {
  it('that comes into another state is an event for those who may see accounts, once', async () => {
    const world = createWorld();
    expect(await world.events()).toEqual([]);
    await world.clock.advance(5_000);
    world.set('credentialsRejected');
    const [event, ...more] = await world.events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ name: 'account', role: 'Accounts.Manage' });
    expect(JSON.parse(event?.data ?? '')).toMatchObject({
      ...{ account: 'sip:reception@contoso.com', state: 'credentialsRejected', lastError: 'why' },
    });
    await world.clock.advance(5_000);
    expect(await world.events()).toEqual([]);
  });

  it('is read every five seconds, and at the next time after one that failed', async () => {
    const world = createWorld();
    for (let second = 0; second < 10; second += 1) {
      await world.events();
      await world.clock.advance(1_000);
    }
    expect(world.reads()).toBe(2);
    world.set(undefined);
    expect(await world.events()).toEqual([]);
    world.set('backingOff');
    await world.clock.advance(5_000);
    expect(await world.events()).toHaveLength(1);
  });
});

import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import { startFaultBus, type FaultBus } from '../support/faultBus';
import { startFaultWorld, type FaultWorld } from '../support/faultWorld';

const MINUTE_MS = 60_000;

let bus: FaultBus;
let world: FaultWorld;
beforeAll(async () => {
  bus = await startFaultBus();
  world = await startFaultWorld(bus, 'outage');
  world.start();
  await world.untilConnected();
});
afterAll(async () => {
  await world.close();
  await bus.close();
});

const invitationEvents = async (): Promise<InvitationEvent[]> =>
  (await world.received()).filter((event): event is InvitationEvent => event.sequence !== undefined);

describe('the bus away for longer than a pool keeps an application that nobody polls', () => {
  it('acknowledges nothing meanwhile', async () => {
    world.ring({ subject: 'before' });
    await world.pass(5_000);
    await bus.stop();
    for (const subject of ['one', 'two', 'three']) {
      world.ring({ subject });
      await world.pass(6 * MINUTE_MS);
    }
    const waiting = world.ucwa.invitationEvents().filter(({ acknowledged }) => !acknowledged);
    expect(waiting.map(({ forgotten }) => forgotten)).toEqual(Array(9).fill(undefined));
  });

  it('publishes everything once it is back, in order, and says that it is late', async () => {
    await bus.restart();
    await world.pass(MINUTE_MS);
    expect(await world.agreement()).toEqual({ missing: [], surplus: [] });

    const events = await invitationEvents();
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map(({ sequence }) => sequence).sort());
    const said = (subject: string): unknown[] =>
      events.filter(({ data }) => data.subject === subject).map(({ data }) => data.delayed);
    expect(said('before')).toEqual(Array(3).fill(undefined));
    expect(said('one')[0]).toBe(true);
    expect((await world.received()).filter(({ type }) => type === 'ucwa.channel.gap')).toEqual([]);
  });

  it('is connected as before', async () => {
    world.ring({ subject: 'after' });
    await world.pass(5_000);
    expect((await invitationEvents()).at(-1)?.data).toMatchObject({ event: 'completed', subject: 'after' });
    expect(world.health()).toMatchObject({ state: 'connected', lastError: undefined });
  });
});

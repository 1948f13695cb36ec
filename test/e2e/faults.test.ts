import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import { faultCases } from '../support/faultCases';
import { startFaultBus, type FaultBus } from '../support/faultBus';
import { startFaultWorld, type FaultWorld } from '../support/faultWorld';

const MINUTE_MS = 60_000;

let bus: FaultBus;
let world: FaultWorld;
let worlds = 0;

beforeAll(async () => (bus = await startFaultBus()));
afterAll(() => bus.close());
beforeEach(async () => (world = await startFaultWorld(bus, `case-${String(++worlds)}`)));
afterEach(() => world.close());

/** Signed in and connected, with the first package (that the account is available) behind it. */
async function connected(): Promise<void> {
  world.start();
  await world.untilConnected();
}

test.each(faultCases)(
  '%s: back on the channel without a restart, nothing lost, nothing twice',
  async (_, { fault, strikes, gap, modalities }) => {
    if (strikes === undefined) await connected();
    world.ucwa.fault(fault);
    if (strikes === undefined) world.ring();
    else world.start();
    await world.untilConnected();
    world.ring({ ...(modalities && { modalities }) });
    await world.pass(MINUTE_MS); // The call has rung out by then, and every back-off is over.

    expect(world.ucwa.simulator.faults.list().filter(({ times }) => times === (fault.times ?? 1))).toEqual([]);
    expect(world.health()).toMatchObject({ state: 'connected', lastError: undefined });
    expect(await world.agreement()).toEqual({ missing: [], surplus: [] });
    const events = await world.received();
    expect(events.flatMap(({ type, data }) => (type === 'ucwa.channel.gap' ? [data] : []))).toEqual(
      gap === undefined ? [] : [expect.objectContaining({ cause: gap })],
    );
    expect(events.some(({ type }) => type.endsWith('Invitation.completed'))).toBe(true);
    expectOrder(events.filter((event): event is InvitationEvent => event.sequence !== undefined));
    expect(world.unreadable).toEqual([]);
  },
);

/** Per invitation the topic has the channel's order. */
function expectOrder(events: readonly InvitationEvent[]): void {
  for (const subject of new Set(events.map((event) => event.subject))) {
    const sequences = events.filter((event) => event.subject === subject).map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort());
  }
}

test('a body that comes cut off each time goes raw to the queue for what cannot be read, and the channel moves on', async () => {
  await connected();
  world.ucwa.fault({ kind: 'truncatedJson', times: 3 });
  world.ring({ subject: 'cut off' });
  await world.untilConnected();
  await world.pass(MINUTE_MS);
  expect(world.unreadable).toEqual([
    expect.objectContaining({
      reason: expect.stringContaining('cut off'),
      raw: expect.stringContaining('audioVideoInvitation'),
    }),
  ]);
  expect(world.health()).toMatchObject({ state: 'connected' });
  expect((await world.agreement()).surplus).toEqual([]);
});

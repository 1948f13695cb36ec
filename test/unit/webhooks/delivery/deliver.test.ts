import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import type { DueDelivery } from '../../../../shared/webhooks/delivery/deliver';
import { FAILURES_TO_OPEN } from '../../../../shared/webhooks/delivery/deliveryPolicy';
import { createDeliveryEngine, never, responded } from '../../../support/deliveryEngine';
import { sampleInvitationEvent } from '../../../support/sampleEvents';
import { sampleSubscription } from '../../../support/sampleSubscription';

const started = sampleInvitationEvent(1);
const updated = sampleInvitationEvent(2, { type: 'ucwa.audioVideoInvitation.updated' });
const { expiryTimeMs: _expiryTimeMs, ...ended } = sampleInvitationEvent(3);
const completed: RelayEvent = {
  ...ended,
  type: 'ucwa.audioVideoInvitation.completed',
  data: { ...ended.data, event: 'completed' },
};

function setUp() {
  const engine = createDeliveryEngine();
  const due = (event: RelayEvent, changes: Partial<DueDelivery> = {}): DueDelivery => ({
    event,
    subscription: sampleSubscription(),
    attempt: 1,
    moves: 0,
    isRepeated: false,
    timeoutMs: 5_000,
    waitUntilMs: engine.clock.now() + 5_000,
    ...changes,
  });
  const record = async (...events: RelayEvent[]): Promise<void> => {
    for (const event of events) await engine.world.records.insertEvent({ event, recordedAtMs: engine.clock.now() });
  };
  return { ...engine, due, record };
}

it('makes the attempt and says what came of it', async () => {
  const { deliver, due, world } = setUp();
  expect(await deliver(due(started))).toMatchObject({
    attempt: { outcome: 'delivered', status: 200, attempted: true },
  });
  expect(world.posts).toEqual(['event-1 to sub_a']);
});

it('goes on with a message after a failure, and keeps the response', async () => {
  const { deliver, due, world } = setUp();
  world.respond = () => Promise.resolve(responded(500));
  const end = await deliver(due(started, { attempt: 2, moves: 1 }));
  expect(end).toMatchObject({ attempt: { outcome: 'retrying', attempt: 2, moves: 1 }, response: 'body' });
  expect(end.next).toMatchObject({ message: { attempt: 3, moves: 1 }, atMs: world.clock.now() + 4_000 });
});

it('sends the events of a call one after another', async () => {
  const { deliver, due, world, clock } = setUp();
  let respond = (): void => undefined;
  const pending = new Promise<void>((resolve) => (respond = resolve));
  world.respond = (eventId) => (eventId === 'event-1' ? pending : Promise.resolve()).then(() => responded(200));
  const all = [started, updated, { ...updated, id: 'event-9', subject: 'another' }].map((event) => deliver(due(event)));
  await clock.advance(0);
  expect(world.posts).toEqual(['event-1 to sub_a', 'event-9 to sub_a']);
  respond();
  await Promise.all(all);
  expect(world.posts[2]).toBe('event-2 to sub_a');
});

it('reads the calls of sixteen late attempts at a time', async () => {
  const { deliver, due, world, clock } = setUp();
  const reads: (() => void)[] = [];
  world.storage = { readEvents: () => new Promise((resolve) => reads.push(() => resolve([]))) };
  const late = Array.from({ length: 18 }, (_, index) =>
    deliver(due(started, { isRepeated: true, subscription: sampleSubscription({ id: `sub_${String(index)}` }) })),
  );
  await clock.advance(0);
  expect([reads.length, world.posts]).toEqual([16, []]);
  reads[3]?.();
  await clock.advance(0);
  expect([reads.length, world.posts]).toEqual([17, ['event-1 to sub_3']]);
  reads[4]?.();
  await clock.advance(0);
  for (const end of reads) end();
  expect(await Promise.all(late)).toHaveLength(18);
});

it('takes no place of a prompt attempt while the call of a late one is read', async () => {
  const { deliver, due, world, clock } = setUp();
  world.storage = { readEvents: () => new Promise(() => undefined) };
  for (let call = 0; call < 20; call += 1)
    void deliver(due({ ...started, subject: `late ${String(call)}` }, { isRepeated: true }));
  await clock.advance(900);
  expect((await deliver(due(started))).attempt.outcome).toBe('delivered');
  expect(world.posts).toEqual(['event-1 to sub_a']);
});

it('reads a call again when a place comes more than a second after the read', async () => {
  const { deliver, due, world, clock } = setUp();
  const responses: (() => void)[] = [];
  world.respond = () => new Promise((resolve) => responses.push(() => resolve(responded(200))));
  const others = Array.from({ length: 20 }, (_, call) =>
    deliver(due({ ...started, id: `other-${String(call)}`, subject: `other ${String(call)}` })),
  );
  await clock.advance(0);
  let reads = 0;
  world.storage = { readEvents: () => ((reads += 1), Promise.resolve([])) };
  const late = deliver(due(updated, { isRepeated: true }));
  for (let index = 0; index < 20; index += 1) {
    await clock.advance(400);
    responses[index]?.();
  }
  await clock.advance(0);
  responses.at(-1)?.();
  expect((await late).attempt.outcome).toBe('delivered');
  expect(reads).toBe(3);
  await Promise.all(others);
});

it('waits until it may begin', async () => {
  const { deliver, due, world, clock } = setUp();
  let begin = (): void => undefined;
  const done = deliver(due(started, { mayBegin: new Promise<void>((resolve) => (begin = resolve)) }));
  await clock.advance(100);
  expect(world.posts).toEqual([]);
  begin();
  expect((await done).attempt.outcome).toBe('delivered');
});

it('moves what found no place in time, due at once', async () => {
  const { deliver, due, world, clock } = setUp();
  world.respond = () => never;
  void deliver(due(started));
  const moved = await clock.advanceUntil(deliver(due(updated)));
  expect(moved).toMatchObject({ attempt: { outcome: 'retrying', attempted: false }, next: { message: { moves: 1 } } });
  expect(world.posts).toEqual(['event-1 to sub_a']);
});

it('makes no request while the circuit is open', async () => {
  const { deliver, due, world } = setUp();
  world.respond = () => Promise.resolve(responded(500));
  for (let time = 0; time < FAILURES_TO_OPEN; time += 1) await deliver(due(completed));
  const end = await deliver(due(completed));
  const reason = 'its circuit is open: responded 500';
  expect(end).toMatchObject({
    attempt: { outcome: 'retrying', attempted: false, reason },
    next: { message: { moves: 1 } },
  });
  expect(world.posts).toHaveLength(FAILURES_TO_OPEN);
});

describe('a late snapshot', () => {
  it.each([
    ['is sent while nothing replaced it', [started], {}, 'delivered'],
    ['is superseded', [started, updated], {}, 'superseded'],
    ['expires with its call', [started, completed], {}, 'expired'],
    ['is sent again exactly when asked for', [started, updated], { redelivery: { id: 'r', exact: true } }, 'delivered'],
  ])('%s', async (_title, recorded, changes, outcome) => {
    const { deliver, due, record } = setUp();
    await record(...recorded);
    expect((await deliver(due(started, { isRepeated: true, ...changes }))).attempt.outcome).toBe(outcome);
  });

  it('is one that begins more than 5 s after its event', async () => {
    const { deliver, due, record, clock } = setUp();
    await record(started, updated);
    expect((await deliver(due(started))).attempt.outcome).toBe('delivered');
    await clock.advance(5_000);
    expect((await deliver(due(started))).attempt.outcome).toBe('superseded');
  });

  it('is moved by the schedule while its call cannot be read', async () => {
    const { deliver, due, world, clock } = setUp();
    world.storage = { readEvents: () => never };
    const end = await clock.advanceUntil(deliver(due(started, { isRepeated: true })), 100);
    expect(end).toMatchObject({ attempt: { outcome: 'retrying', attempted: false }, next: { message: { moves: 1 } } });
  });

  it('is read again when the process stood still after the read', async () => {
    const { deliver, due, world, clock, record } = setUp();
    let reads = 0;
    world.storage = {
      readEvents: async (id) => {
        reads += 1;
        const events = await world.records.readEvents(id);
        if (reads > 1) return events;
        await record(started, updated);
        await clock.stall(2_000);
        return events;
      },
    };
    const end = await deliver(due(started, { isRepeated: true }));
    expect(['superseded', 'retrying']).toContain(end.attempt.outcome);
    expect(world.posts).toEqual([]);
  });

  it('is only a ring: an end is always sent', async () => {
    const { deliver, due, world } = setUp();
    world.storage = { readEvents: () => Promise.reject(new Error('not to be read')) };
    expect((await deliver(due(completed, { isRepeated: true }))).attempt.outcome).toBe('delivered');
  });
});

it.each([
  ['a ring that is over', started, { subscription: sampleSubscription() }, 40_000, 'expired'],
  [
    'what the format shows nothing of',
    completed,
    { subscription: sampleSubscription({ format: 'teams' }) },
    0,
    'expired',
  ],
  ['what could have begun before the process stood still', completed, { waitUntilMs: 0 }, 0, 'retrying'],
] as const)('does not send %s', async (_title, event, changes, waitMs, outcome) => {
  const { deliver, due, world, clock } = setUp();
  await clock.advance(waitMs);
  expect((await deliver(due(event, changes))).attempt).toMatchObject({ outcome, attempted: false });
  expect(world.posts).toEqual([]);
});

it.each([
  ['a secret that cannot be decrypted', () => Promise.reject(new Error('no key')), 'dead', false],
  ['a subscriber that is gone', () => Promise.resolve(responded(410)), 'disabled', true],
])('ends with %s', async (_title, respond, outcome, attempted) => {
  const { deliver, due, world } = setUp();
  world.respond = respond;
  expect((await deliver(due(started))).attempt).toMatchObject({ outcome, attempted });
});

it('counts a lookup that did not start neither as an attempt nor as a failure', async () => {
  const { deliver, due, world } = setUp();
  world.respond = () => Promise.resolve({ kind: 'networkError', reason: 'notStarted', detail: '', durationMs: 0 });
  const end = await deliver(due(completed));
  expect(end).toMatchObject({ attempt: { outcome: 'retrying', attempted: false }, next: { message: { attempt: 1 } } });
  expect(world.policies(sampleSubscription()).failingSinceMs()).toBeUndefined();
});

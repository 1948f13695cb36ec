import { deliveryIdOf } from '../../../shared/webhooks/deliveryMessage';
import { createRelayRoom, type RelayRoom } from '../../support/relayRoom';
import { startSubscriber, type SubscriberAnswer, type SubscriberServer } from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

let storage: TestTables;
let room: RelayRoom;
let server: SubscriberServer;
let answer: SubscriberAnswer;
let id: string;

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(async () => {
  room = createRelayRoom(storage.tables);
  answer = { status: 204 };
  server = await startSubscriber(() => answer);
  ({ id } = await room.subscribe(server.url));
});
afterEach(async () => {
  room.close();
  await server.close();
  await storage.empty('subscriptions', 'deliveries', 'deliveryOrder', 'deliveryEvents');
});

const eventIds = () => server.requests.map(({ headers }) => headers['webhook-id']);

test('recover sends again what ended dead, with the same webhook-id and a schedule of its own', async () => {
  answer = { status: 404 };
  await room.fanOut(callEvent('completed'));
  await room.drain();
  answer = { status: 200 };
  expect(await room.sendAgain.recover(id, ringStartMs)).toEqual({
    queued: 1,
    alreadyDelivered: 0,
    pending: 0,
    expired: 0,
  });
  await room.drain();
  expect(new Set(eventIds())).toEqual(new Set(['call-1-completed']));
  expect(await room.journal.counts(id)).toMatchObject({ attempts: 6, dead: 1, delivered: 1 });
  expect(await room.sendAgain.recover(id, ringStartMs)).toEqual({
    queued: 0,
    alreadyDelivered: 1,
    pending: 0,
    expired: 0,
  });
});

test('recover sends what a paused subscription never heard; a ring that is over stays unsent', async () => {
  await room.manage.change(id, { state: 'paused' });
  await room.fanOut(callEvent('started'));
  await room.fanOut(callEvent('completed'));
  await expect(room.sendAgain.recover(id, ringStartMs)).rejects.toMatchObject({ code: 'requestInvalid' });
  await room.clock.advance(120_000);
  await room.manage.change(id, { state: 'active' });
  expect(await room.sendAgain.recover(id, ringStartMs)).toEqual({
    queued: 1,
    alreadyDelivered: 0,
    pending: 0,
    expired: 1,
  });
  await room.drain();
  expect(eventIds()).toEqual(['call-1-completed']);
});

test('recover leaves alone what is still being tried, what is older, and what the filters keep back', async () => {
  answer = { status: 500 };
  await room.fanOut(callEvent('completed', { call: 1, timeMs: ringStartMs - 1 }));
  await room.fanOut(callEvent('completed', { call: 2 }));
  await room.pump();
  await room.manage.change(id, { filters: { kinds: ['audioVideo'] } });
  await room.archive.keep(callEvent('completed', { call: 3, data: { kind: 'phoneAudio' } }));
  expect(await room.sendAgain.recover(id, ringStartMs)).toEqual({
    queued: 0,
    alreadyDelivered: 0,
    pending: 1,
    expired: 0,
  });
});

test('redeliver sends one again, delivered or not', async () => {
  const event = callEvent('completed');
  await room.fanOut(event);
  await room.drain();
  await room.clock.advance(1000);
  await room.sendAgain.redeliver(id, deliveryIdOf(event));
  await room.drain();
  expect(eventIds()).toEqual(['call-1-completed', 'call-1-completed']);
  expect((await room.journal.page(id, { limit: 10 })).entries).toMatchObject([
    { round: ringStartMs + 1000, outcome: 'delivered' },
    { round: 0 },
  ]);
});

test('redeliver refuses a ring that is over, and what it does not know', async () => {
  const ring = callEvent('started');
  await room.fanOut(ring);
  await room.drain();
  await room.clock.advance(60_000);
  await expect(room.sendAgain.redeliver(id, deliveryIdOf(ring))).rejects.toMatchObject({ code: 'invitationEnded' });
  await expect(room.sendAgain.redeliver(id, deliveryIdOf(callEvent('completed')))).rejects.toMatchObject({
    code: 'notFound',
  });
  await expect(room.sendAgain.redeliver(id, 'nonsense')).rejects.toMatchObject({ code: 'notFound' });
  await expect(room.sendAgain.redeliver('sub_none', deliveryIdOf(ring))).rejects.toMatchObject({ code: 'notFound' });
});

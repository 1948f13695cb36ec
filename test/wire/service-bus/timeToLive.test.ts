import type { ServiceBusClient } from '@azure/service-bus';
import { empty, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

/** The time to live of both queues. */
const ENTITY_TTL_MS = 10_000;

let bus: TestBus;
let client: ServiceBusClient;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
});
beforeEach(async () => {
  for (const queue of ['expiring', 'vanishing']) await empty(client, queue, bus.noneWithinMs);
  await empty(client, 'expiring', bus.noneWithinMs, 'deadLetter');
});
afterAll(() => bus.close());

const send = (queue: string, timeToLive?: number): Promise<void> =>
  client.createSender(queue).sendMessages({ body: 'x', ...(timeToLive === undefined ? {} : { timeToLive }) });

test.each([
  ['the entity’s', undefined, ENTITY_TTL_MS],
  ['its own, when that is shorter', 3000, 3000],
  ['the entity’s, when its own is longer', 60_000, ENTITY_TTL_MS],
])('a message lives for %s', async (_, own, livesMs) => {
  await send('vanishing', own);
  await bus.pass(livesMs - 1000);
  const [peeked] = await client.createReceiver('vanishing').peekMessages(1);
  expect(peeked).toMatchObject({ body: 'x' });
  await bus.pass(1500);
  expect(await empty(client, 'vanishing', bus.noneWithinMs)).toEqual([]);
});

test('where the entity says so, an expired message is dead-lettered with the reason', async () => {
  await send('expiring', 2000);
  await bus.pass(2500);
  expect(await empty(client, 'expiring', bus.noneWithinMs)).toEqual([]);
  expect(await empty(client, 'expiring', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { body: 'x', deadLetterReason: 'TTLExpiredException' },
  ]);
});

test('a message that expires while it is locked can still be completed', async () => {
  await send('expiring', 2000);
  const receiver = client.createReceiver('expiring');
  const message = await receiveOne(receiver);
  await bus.pass(3000);
  await receiver.completeMessage(message);
  expect(await empty(client, 'expiring', bus.noneWithinMs, 'deadLetter')).toEqual([]);
});

test('given back after its time, it is dead-lettered', async () => {
  await send('expiring', 2000);
  const receiver = client.createReceiver('expiring');
  const message = await receiveOne(receiver);
  await bus.pass(3000);
  await receiver.abandonMessage(message);
  expect(await empty(client, 'expiring', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { deadLetterReason: 'TTLExpiredException' },
  ]);
});

test('a dead letter does not expire', async () => {
  await send('expiring', 2000);
  await bus.pass(2500);
  await bus.pass(ENTITY_TTL_MS * 2);
  expect(await empty(client, 'expiring', bus.noneWithinMs, 'deadLetter')).toHaveLength(1);
});

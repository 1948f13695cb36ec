import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { randomUUID } from 'node:crypto';
import { empty } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

const WINDOW_OVER_MS = 21_000;

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('duplicates');
});
afterAll(() => bus.close());

const arrived = async (entity = 'duplicates'): Promise<unknown[]> =>
  (await empty(client, entity, bus.noneWithinMs)).map(({ body }) => body as unknown);

test('of messages with the same id only the first is kept, also when it has been received', async () => {
  const messageId = randomUUID();
  await sender.sendMessages({ body: 'first', messageId });
  await sender.sendMessages({ body: 'second', messageId });
  expect(await arrived()).toEqual(['first']);
  await sender.sendMessages({ body: 'third', messageId });
  expect(await arrived()).toEqual([]);
});

test('within one batch too', async () => {
  const [a, b] = [randomUUID(), randomUUID()];
  await sender.sendMessages([
    { body: 1, messageId: a },
    { body: 2, messageId: b },
    { body: 3, messageId: a },
  ]);
  expect(await arrived()).toEqual([1, 2]);
});

test('messages without an id are never duplicates', async () => {
  await sender.sendMessages([{ body: 1 }, { body: 1 }]);
  expect(await arrived()).toEqual([1, 1]);
});

test('a scheduled message and its duplicate are one', async () => {
  const messageId = randomUUID();
  const soon = new Date(Date.now() + 3_600_000);
  const [number] = await sender.scheduleMessages({ body: 'scheduled', messageId }, soon);
  await sender.sendMessages({ body: 'now', messageId });
  expect(await arrived()).toEqual([]);
  if (number !== undefined) await sender.cancelScheduledMessages(number);
});

test('the window ends a fixed time after the first', async () => {
  const messageId = randomUUID();
  await sender.sendMessages({ body: 'first', messageId });
  await bus.pass(WINDOW_OVER_MS / 2);
  await sender.sendMessages({ body: 'within', messageId });
  await bus.pass(WINDOW_OVER_MS / 2);
  await sender.sendMessages({ body: 'after', messageId });
  expect(await arrived()).toEqual(['first', 'after']);
});

test('a topic drops duplicates for all its subscriptions', async () => {
  const messageId = randomUUID();
  const topic = client.createSender('fan-out');
  await arrived('fan-out/everything');
  await topic.sendMessages([
    { body: 'first', messageId },
    { body: 'second', messageId },
  ]);
  expect(await arrived('fan-out/everything')).toEqual(['first']);
});

import type { ServiceBusClient, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { empty, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let receiver: ServiceBusReceiver;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('peeking');
});
beforeEach(async () => {
  await empty(client, 'peeking', bus.noneWithinMs);
  receiver = client.createReceiver('peeking');
});
afterEach(() => receiver.close());
afterAll(() => bus.close());

const bodies = (messages: readonly { body: unknown }[]): unknown[] => messages.map(({ body }) => body);

test('peeking takes nothing and goes on where it stopped', async () => {
  await sender.sendMessages([1, 2, 3, 4, 5].map((body) => ({ body })));
  expect(bodies(await receiver.peekMessages(2))).toEqual([1, 2]);
  expect(bodies(await receiver.peekMessages(2))).toEqual([3, 4]);
  expect(bodies(await receiver.peekMessages(2))).toEqual([5]);
  expect(await receiver.peekMessages(2)).toEqual([]);
  expect(bodies(await empty(client, 'peeking', bus.noneWithinMs))).toEqual([1, 2, 3, 4, 5]);
});

test('from a sequence number on', async () => {
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  const [, second] = await receiver.peekMessages(3);
  if (second?.sequenceNumber === undefined) throw new Error('The second message was not peeked.');
  expect(bodies(await receiver.peekMessages(5, { fromSequenceNumber: second.sequenceNumber }))).toEqual([2, 3]);
});

test('a locked message can be peeked, a completed one cannot', async () => {
  await sender.sendMessages([1, 2].map((body) => ({ body })));
  const first = await receiveOne(receiver);
  const other = client.createReceiver('peeking');
  expect(bodies(await other.peekMessages(5))).toEqual([1, 2]);
  await receiver.completeMessage(first);
  const another = bus.client().createReceiver('peeking');
  expect(bodies(await another.peekMessages(5))).toEqual([2]);
});

test('a peeked message carries its properties and no lock', async () => {
  await sender.sendMessages({ body: 'x', messageId: 'id', subject: 's', applicationProperties: { a: 1 } });
  const [message] = await receiver.peekMessages(1);
  expect(message).toMatchObject({
    body: 'x',
    messageId: 'id',
    subject: 's',
    applicationProperties: { a: 1 },
    deliveryCount: 0,
  });
  expect(message?.lockToken).toBeUndefined();
  expect(message?.lockedUntilUtc).toBeUndefined();
});

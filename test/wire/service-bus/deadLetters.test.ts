import type { ServiceBusClient, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { empty, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let receiver: ServiceBusReceiver;
let dead: ServiceBusReceiver;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('dead-letters');
  receiver = client.createReceiver('dead-letters');
  dead = client.createReceiver('dead-letters', { subQueueType: 'deadLetter' });
});
beforeEach(async () => {
  await empty(client, 'dead-letters', bus.noneWithinMs);
  await empty(client, 'dead-letters', bus.noneWithinMs, 'deadLetter');
});
afterAll(() => bus.close());

test('a dead-lettered message keeps what it was and says why it is there', async () => {
  await sender.sendMessages({ body: 'x', messageId: 'id', subject: 's', applicationProperties: { kept: 1 } });
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: 'reason',
    deadLetterErrorDescription: 'description',
    custom: 'property',
  });
  const message = await receiveOne(dead);
  expect(message).toMatchObject({
    body: 'x',
    messageId: 'id',
    subject: 's',
    deadLetterReason: 'reason',
    deadLetterErrorDescription: 'description',
    applicationProperties: {
      kept: 1,
      custom: 'property',
      DeadLetterReason: 'reason',
      DeadLetterErrorDescription: 'description',
    },
  });
  await dead.completeMessage(message);
  expect(await empty(client, 'dead-letters', bus.noneWithinMs, 'deadLetter')).toEqual([]);
});

test('a message without a reason is dead-lettered without one', async () => {
  await sender.sendMessages({ body: 'x' });
  await receiver.deadLetterMessage(await receiveOne(receiver));
  const message = await receiveOne(dead);
  expect(message.deadLetterReason).toBeUndefined();
  await dead.completeMessage(message);
});

test('a message that was delivered as often as it may be is dead-lettered', async () => {
  await sender.sendMessages({ body: 'x' });
  await receiver.abandonMessage(await receiveOne(receiver));
  await receiver.abandonMessage(await receiveOne(receiver));
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  const message = await receiveOne(dead);
  expect(message).toMatchObject({ body: 'x', deadLetterReason: 'MaxDeliveryCountExceeded', deliveryCount: 2 });
  await dead.completeMessage(message);
});

test('locks that run out count as deliveries too', async () => {
  await sender.sendMessages({ body: 'x' });
  for (let delivery = 0; delivery < 2; delivery += 1) {
    await receiveOne(receiver);
    await bus.pass(5500);
  }
  const message = await receiveOne(dead);
  expect(message).toMatchObject({ deadLetterReason: 'MaxDeliveryCountExceeded' });
  await dead.completeMessage(message);
});

test('in the dead-letter queue a message may be abandoned for ever, and be peeked', async () => {
  await sender.sendMessages({ body: 'x' });
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: 'r',
    deadLetterErrorDescription: 'd',
  });
  for (let delivery = 0; delivery < 5; delivery += 1) await dead.abandonMessage(await receiveOne(dead));
  expect(await dead.peekMessages(10)).toMatchObject([{ body: 'x', deadLetterReason: 'r' }]);
  await dead.completeMessage(await receiveOne(dead));
});

import type { ServiceBusClient, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { empty, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

/** The lock duration of the queue, and a moment more. */
const LOCK_MS = 5000;
const LOCK_OVER_MS = LOCK_MS + 500;

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let receiver: ServiceBusReceiver;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('locks');
  receiver = client.createReceiver('locks');
});
beforeEach(async () => {
  await empty(client, 'locks', bus.noneWithinMs);
});
afterAll(() => bus.close());

test('a lock that runs out gives the message back, counted as a delivery', async () => {
  await sender.sendMessages({ body: 'x' });
  const first = await receiveOne(receiver);
  expect((first.lockedUntilUtc?.getTime() ?? 0) - (first.enqueuedTimeUtc?.getTime() ?? 0)).toBeGreaterThanOrEqual(
    LOCK_MS,
  );
  await bus.pass(LOCK_OVER_MS);
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({ body: 'x', deliveryCount: 1 });
  expect(again.lockToken).not.toBe(first.lockToken);
  await receiver.completeMessage(again);
});

test.each(['complete', 'abandon', 'deadLetter'] as const)('who lost the lock cannot %s the message', async (how) => {
  await sender.sendMessages({ body: 'x' });
  const message = await receiveOne(receiver);
  await bus.pass(LOCK_OVER_MS);
  const settle = {
    complete: () => receiver.completeMessage(message),
    abandon: () => receiver.abandonMessage(message),
    deadLetter: () => receiver.deadLetterMessage(message),
  };
  await expect(settle[how]()).rejects.toMatchObject({ name: 'ServiceBusError', code: 'MessageLockLost' });
});

test('a renewed lock holds for its whole duration again', async () => {
  await sender.sendMessages({ body: 'x' });
  const message = await receiveOne(receiver);
  const before = message.lockedUntilUtc?.getTime() ?? 0;
  await bus.pass(LOCK_MS - 1000);
  const until = await receiver.renewMessageLock(message);
  expect(until.getTime()).toBeGreaterThan(before);
  await bus.pass(LOCK_MS - 1000);
  const other = client.createReceiver('locks');
  expect(await other.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await other.close();
  await receiver.completeMessage(message);
});

test('a lock that has run out cannot be renewed', async () => {
  await sender.sendMessages({ body: 'x' });
  const message = await receiveOne(receiver);
  await bus.pass(LOCK_OVER_MS);
  await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
});

test('a message whose receiver is closed stays locked until its lock runs out', async () => {
  await sender.sendMessages({ body: 'x' });
  const leaving = client.createReceiver('locks');
  await receiveOne(leaving);
  await leaving.close();
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await bus.pass(LOCK_OVER_MS);
  await receiver.completeMessage(await receiveOne(receiver));
});

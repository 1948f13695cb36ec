import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { empty } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('scheduling');
});
afterAll(() => bus.close());

const arrived = async (entity = 'scheduling'): Promise<unknown[]> =>
  (await empty(client, entity, bus.noneWithinMs)).map(({ body }) => body as unknown);

test('a message that is sent with a time is there at that time, and not before', async () => {
  await sender.sendMessages([
    { body: 'later', scheduledEnqueueTimeUtc: bus.fromNow(5000) },
    { body: 'now' },
    { body: 'past', scheduledEnqueueTimeUtc: bus.fromNow(-60_000) },
  ]);
  expect(await arrived()).toEqual(['now', 'past']);
  await bus.pass(5500);
  expect(await arrived()).toEqual(['later']);
});

test('messages that are scheduled come in the order of their times', async () => {
  await sender.scheduleMessages([{ body: 'second' }], bus.fromNow(4000));
  await sender.scheduleMessages([{ body: 'first' }], bus.fromNow(2000));
  expect(await arrived()).toEqual([]);
  await bus.pass(4500);
  expect(await arrived()).toEqual(['first', 'second']);
});

test('a scheduled message is peeked as scheduled, and gets a new sequence number when it is active', async () => {
  const [number] = await sender.scheduleMessages([{ body: 'x' }], bus.fromNow(3000));
  const receiver = client.createReceiver('scheduling');
  expect(await receiver.peekMessages(1, number === undefined ? {} : { fromSequenceNumber: number })).toMatchObject([
    { body: 'x', state: 'scheduled', sequenceNumber: number },
  ]);
  await bus.pass(3500);
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  expect(message).toMatchObject({ body: 'x', state: 'active', enqueuedSequenceNumber: number?.toNumber() });
  expect(message?.sequenceNumber?.toNumber()).toBeGreaterThan(number?.toNumber() ?? Infinity);
  if (message !== undefined) await receiver.completeMessage(message);
});

test('a cancelled message never comes', async () => {
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }, { body: 3 }], bus.fromNow(2000));
  await sender.cancelScheduledMessages(numbers.slice(0, 2));
  await bus.pass(2500);
  expect(await arrived()).toEqual([3]);
});

test('what is not scheduled, or not any more, cannot be cancelled', async () => {
  const [number] = await sender.scheduleMessages([{ body: 'x' }], bus.fromNow(60_000));
  if (number === undefined) throw new Error('No sequence number was returned.');
  await sender.cancelScheduledMessages(number);
  await expect(sender.cancelScheduledMessages(number)).rejects.toMatchObject({ code: 'MessageNotFound' });
});

test('messages for one moment come in the order in which they were sent', async () => {
  const bodies = Array.from({ length: 40 }, (_, body) => body);
  await sender.scheduleMessages(
    bodies.map((body) => ({ body })),
    bus.fromNow(2000),
  );
  await bus.pass(2500);
  expect(await arrived()).toEqual(bodies);
});

test('a topic hands a scheduled message out when it is due', async () => {
  const topic = client.createSender('fan-out');
  await arrived('fan-out/everything');
  const [, cancelled] = await topic.scheduleMessages([{ body: 'kept' }, { body: 'cancelled' }], bus.fromNow(2000));
  if (cancelled !== undefined) await topic.cancelScheduledMessages(cancelled);
  expect(await arrived('fan-out/everything')).toEqual([]);
  await bus.pass(2500);
  expect(await arrived('fan-out/everything')).toEqual(['kept']);
});

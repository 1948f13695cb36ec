import type { ServiceBusClient, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { receiveExactly, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let receiver: ServiceBusReceiver;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('sending');
  receiver = client.createReceiver('sending', { receiveMode: 'receiveAndDelete' });
});
afterAll(() => bus.close());

test('a message keeps every property that it was sent with', async () => {
  const sent = {
    body: { hello: 'wörld' },
    messageId: 'id-1',
    contentType: 'application/json',
    correlationId: 'correlation',
    subject: 'subject',
    to: 'to',
    replyTo: 'reply-to',
    replyToSessionId: 'reply-to-session',
    sessionId: 'a session id is kept where sessions are not required',
    partitionKey: 'a session id is kept where sessions are not required',
    timeToLive: 60_000,
    applicationProperties: { text: 'x', whole: 42, fraction: 1.5, yes: true, no: false, big: 2 ** 40, negative: -7 },
  };
  await sender.sendMessages(sent);
  const message = await receiveOne(receiver);
  expect(message).toMatchObject(sent);
  expect(message.deliveryCount).toBe(0);
  expect(message.state).toBe('active');
  expect(message.enqueuedTimeUtc).toBeInstanceOf(Date);
  expect(message.expiresAtUtc?.getTime()).toBe((message.enqueuedTimeUtc?.getTime() ?? 0) + 60_000);
});

test.each([
  ['text', 'plain text'],
  ['a number', 12.5],
  ['nothing', null],
  ['a list', [1, 'two', { three: 3 }]],
  ['bytes', Buffer.from([0, 1, 2, 255])],
])('a body may be %s', async (_, body) => {
  await sender.sendMessages({ body });
  expect((await receiveOne(receiver)).body).toEqual(body);
});

test('an AMQP value and an AMQP sequence come as they went', async () => {
  await sender.sendMessages({ body: { a: 1 }, bodyType: 'value' });
  await sender.sendMessages({ body: [[1, 2], ['x']], bodyType: 'sequence' });
  const [value, sequence] = await receiveExactly(receiver, 2);
  expect(value).toMatchObject({ body: { a: 1 }, _rawAmqpMessage: { bodyType: 'value' } });
  expect(sequence).toMatchObject({ body: [[1, 2], ['x']], _rawAmqpMessage: { bodyType: 'sequence' } });
});

test('a message without an id is given one, and can be settled', async () => {
  const locking = client.createReceiver('sending');
  await sender.sendMessages({ body: 'no id' });
  const message = await receiveOne(locking);
  expect(message.messageId).toMatch(/.+/);
  await locking.completeMessage(message);
  await locking.close();
});

test('sequence numbers grow, and batches keep their order', async () => {
  await sender.sendMessages([{ body: 1 }, { body: 2 }]);
  const batch = await sender.createMessageBatch();
  for (let body = 3; body <= 100; body += 1) expect(batch.tryAddMessage({ body })).toBe(true);
  await sender.sendMessages(batch);
  const messages = await receiveExactly(receiver, 100);
  expect(messages.map(({ body }) => body as number)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const numbers = messages.map(({ sequenceNumber }) => sequenceNumber?.toNumber() ?? 0);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(numbers).size).toBe(100);
});

test('200 sends at once all arrive', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, body) => sender.sendMessages({ body })));
  const bodies = (await receiveExactly(receiver, 200)).map(({ body }) => body as number);
  expect(new Set(bodies).size).toBe(200);
});

test('a message of nearly 256 KB passes, and a batch says when it is full', async () => {
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBeGreaterThanOrEqual(256 * 1024);
  const body = 'x'.repeat(255 * 1024);
  await sender.sendMessages({ body });
  expect((await receiveOne(receiver)).body).toBe(body);
  const small = await sender.createMessageBatch({ maxSizeInBytes: 1024 });
  expect(small.tryAddMessage({ body: 'x'.repeat(2000) })).toBe(false);
});

test.each([
  ['a message larger than the link takes', 'sending', { body: 'x'.repeat(2 * 1024 * 1024) }, 'MessageSizeExceeded'],
  [
    'application properties of more than 64 KB together',
    'sending',
    { body: 'x', applicationProperties: { a: 'x'.repeat(35_000), b: 'x'.repeat(35_000) } },
    'MessageSizeExceeded',
  ],
  ['an entity that is not there', 'no-such-entity', { body: 'x' }, 'MessagingEntityNotFound'],
  ['a subscription', 'fan-out/Subscriptions/everything', { body: 'x' }, 'GeneralError'],
  ['a message without a session id, where sessions are required', 'sessions', { body: 'x' }, 'GeneralError'],
])('refuses %s', async (_, entity, message, code) => {
  const refused = client.createSender(entity);
  await expect(refused.sendMessages(message)).rejects.toMatchObject({ name: 'ServiceBusError', code });
});

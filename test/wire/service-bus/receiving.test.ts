import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { empty, receiveExactly, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('receiving');
});
afterAll(() => bus.close());

const send = (count: number): Promise<void> =>
  sender.sendMessages(Array.from({ length: count }, (_, body) => ({ body })));
const bodies = (messages: readonly { body: unknown }[]): unknown[] => messages.map(({ body }) => body);

test('receive and delete takes messages off the queue', async () => {
  await send(3);
  const receiver = client.createReceiver('receiving', { receiveMode: 'receiveAndDelete' });
  expect(bodies(await receiveExactly(receiver, 3))).toEqual([0, 1, 2]);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await receiver.close();
});

test('peek-lock hides a message from other receivers until it is settled', async () => {
  await send(2);
  const [one, other] = [client.createReceiver('receiving'), client.createReceiver('receiving')];
  const first = await receiveOne(one);
  expect(first.lockToken).toMatch(/^[0-9a-f-]{36}$/);
  const second = await receiveOne(other);
  expect(bodies([first, second])).toEqual([0, 1]);
  expect(await other.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await one.completeMessage(first);
  await other.completeMessage(second);
  await Promise.all([one.close(), other.close()]);
});

test('a receiver that waits gets a message as soon as it is sent', async () => {
  const receiver = client.createReceiver('receiving', { receiveMode: 'receiveAndDelete' });
  const waiting = receiver.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
  await send(1);
  expect(bodies(await waiting)).toEqual([0]);
  await receiver.close();
});

test('asking for more than there is answers with what there is, again and again on the same link', async () => {
  const receiver = client.createReceiver('receiving', { receiveMode: 'receiveAndDelete' });
  for (const count of [3, 1, 2]) {
    await send(count);
    expect(await receiver.receiveMessages(10, { maxWaitTimeInMs: bus.noneWithinMs * 20 })).toHaveLength(count);
  }
  expect(await receiver.receiveMessages(10, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await receiver.close();
});

test('a subscriber handles no more at once than it wants', async () => {
  await send(20);
  const receiver = client.createReceiver('receiving');
  const handled: unknown[] = [];
  let [running, most] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: async ({ body }) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((next) => setImmediate(next));
          running -= 1;
          handled.push(body);
          if (handled.length === 20) resolve();
        },
        processError: ({ error }) => {
          reject(error);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls: 4 },
    );
  });
  await receiver.close();
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  expect([...handled].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(await empty(client, 'receiving', bus.noneWithinMs)).toEqual([]);
});

test('competing receivers share the messages, and each goes to one of them', async () => {
  const receivers = Array.from({ length: 4 }, () =>
    client.createReceiver('receiving', { receiveMode: 'receiveAndDelete' }),
  );
  const got: unknown[] = [];
  const all = new Promise<void>((resolve, reject) => {
    for (const receiver of receivers) {
      receiver.subscribe({
        processMessage: ({ body }) => {
          got.push(body);
          if (got.length === 100) resolve();
          return Promise.resolve();
        },
        processError: ({ error }) => {
          reject(error);
          return Promise.resolve();
        },
      });
    }
  });
  await send(100);
  await all;
  expect(new Set(got).size).toBe(100);
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

test('a receiver works through more messages than one AMQP session buffers', async () => {
  for (let round = 0; round < 30; round += 1) await send(100);
  const receiver = client.createReceiver('receiving');
  let settled = 0;
  while (settled < 3000) {
    const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 10_000 });
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    settled += messages.length;
  }
  expect(settled).toBe(3000);
  await receiver.close();
  expect(await empty(client, 'receiving', bus.noneWithinMs)).toEqual([]);
});

test.each([
  ['a queue that is not there', () => client.createReceiver('no-such-queue'), 'MessagingEntityNotFound'],
  ['a subscription that is not there', () => client.createReceiver('fan-out', 'nobody'), 'MessagingEntityNotFound'],
  ['a topic instead of its subscription', () => client.createReceiver('fan-out'), 'GeneralError'],
  ['a queue that requires sessions, without one', () => client.createReceiver('sessions'), 'GeneralError'],
])('refuses %s', async (_, create, code) => {
  await expect(create().receiveMessages(1, { maxWaitTimeInMs: 1000 })).rejects.toMatchObject({
    name: 'ServiceBusError',
    code,
  });
});

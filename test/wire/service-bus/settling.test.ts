import type { ServiceBusClient, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { empty, receiveExactly, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let receiver: ServiceBusReceiver;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('settling');
});
beforeEach(async () => {
  await empty(client, 'settling', bus.noneWithinMs);
  receiver = client.createReceiver('settling');
});
afterEach(() => receiver.close());
afterAll(() => bus.close());

const nothing = async (): Promise<void> => expect(await empty(client, 'settling', bus.noneWithinMs)).toEqual([]);

test('a completed message is gone', async () => {
  await sender.sendMessages({ body: 'x' });
  await receiver.completeMessage(await receiveOne(receiver));
  await nothing();
});

test('an abandoned message comes again at once, counted, with the properties set on it', async () => {
  await sender.sendMessages({ body: 'x', applicationProperties: { kept: 1, changed: 'before' } });
  await receiver.abandonMessage(await receiveOne(receiver), { changed: 'after', added: true });
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({
    body: 'x',
    deliveryCount: 1,
    applicationProperties: { kept: 1, changed: 'after', added: true },
  });
  await receiver.completeMessage(again);
});

test('an abandoned message keeps its place', async () => {
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  await receiver.abandonMessage(await receiveOne(receiver));
  const messages = await receiveExactly(receiver, 3);
  expect(messages.map(({ body }) => body as number)).toEqual([1, 2, 3]);
  for (const message of messages) await receiver.completeMessage(message);
});

test('many settle at once', async () => {
  await sender.sendMessages(Array.from({ length: 100 }, (_, body) => ({ body })));
  const messages = await receiveExactly(receiver, 100);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
  await nothing();
});

test('different outcomes side by side each have their effect', async () => {
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  const [abandoned, dead, completed] = await receiveExactly(receiver, 3);
  if (abandoned === undefined || dead === undefined || completed === undefined) throw new Error('Fewer than three.');
  // One after another: the SDK's own AMQP library confuses differing outcomes that leave in one flush.
  await receiver.completeMessage(completed);
  await receiver.deadLetterMessage(dead, { deadLetterReason: 'why', deadLetterErrorDescription: 'because' });
  await receiver.abandonMessage(abandoned);
  expect(await empty(client, 'settling', bus.noneWithinMs)).toMatchObject([{ body: 1 }]);
  expect(await empty(client, 'settling', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { body: 2, deadLetterReason: 'why' },
  ]);
});

test.each(['complete', 'abandon', 'deadLetter'] as const)(
  'a message can be settled (%s) by another receiver when its own is closed',
  async (how) => {
    await sender.sendMessages({ body: how, applicationProperties: { kept: 1 } });
    const gone = client.createReceiver('settling');
    const message = await receiveOne(gone);
    await gone.close();
    if (how === 'complete') await receiver.completeMessage(message);
    else if (how === 'abandon') await receiver.abandonMessage(message, { more: 2 });
    else
      await receiver.deadLetterMessage(message, { deadLetterReason: 'late', deadLetterErrorDescription: 'too late' });
    const active = await empty(client, 'settling', bus.noneWithinMs);
    const dead = await empty(client, 'settling', bus.noneWithinMs, 'deadLetter');
    expect(active.map(({ applicationProperties }) => applicationProperties)).toEqual(
      how === 'abandon' ? [{ kept: 1, more: 2 }] : [],
    );
    expect(dead.map(({ deadLetterReason }) => deadLetterReason)).toEqual(how === 'deadLetter' ? ['late'] : []);
  },
);

test('a message that its subscriber throws on is abandoned, and one that it returns from is completed', async () => {
  await sender.sendMessages({ body: 'x' });
  const counts: (number | undefined)[] = [];
  await new Promise<void>((resolve) => {
    receiver.subscribe({
      processMessage: ({ deliveryCount }) => {
        counts.push(deliveryCount);
        if (counts.length < 3) return Promise.reject(new Error('not yet'));
        resolve();
        return Promise.resolve();
      },
      processError: () => Promise.resolve(),
    });
  });
  await receiver.close();
  expect(counts).toEqual([0, 1, 2]);
  await nothing();
});

test('what has been settled cannot be settled again', async () => {
  await sender.sendMessages({ body: 'x' });
  const gone = client.createReceiver('settling');
  const message = await receiveOne(gone);
  await gone.close();
  await receiver.completeMessage(message);
  await expect(receiver.completeMessage(message)).rejects.toMatchObject({
    name: 'ServiceBusError',
    code: 'MessageLockLost',
  });
});

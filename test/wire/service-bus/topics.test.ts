import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { empty } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('fan-out');
});
beforeEach(async () => {
  for (const subscription of ['everything', 'urgent', 'invoices'])
    await empty(client, `fan-out/${subscription}`, bus.noneWithinMs);
});
afterAll(() => bus.close());

const arrived = async (subscription: string): Promise<unknown[]> =>
  (await empty(client, `fan-out/${subscription}`, bus.noneWithinMs)).map(({ body }) => body as unknown);

test('every subscription gets what its rules match', async () => {
  await sender.sendMessages([
    { body: 'plain' },
    { body: 'urgent', applicationProperties: { importance: 'urgent' } },
    { body: 'invoice', subject: 'invoice', applicationProperties: { country: 'DE' } },
    { body: 'both', subject: 'invoice', applicationProperties: { country: 'DE', importance: 'urgent' } },
    { body: 'foreign invoice', subject: 'invoice', applicationProperties: { country: 'FR' } },
  ]);
  expect(await arrived('everything')).toEqual(['plain', 'urgent', 'invoice', 'both', 'foreign invoice']);
  expect(await arrived('urgent')).toEqual(['urgent', 'both']);
  expect(await arrived('invoices')).toEqual(['invoice', 'both']);
});

test('settling in one subscription changes nothing in another', async () => {
  await sender.sendMessages({ body: 'x', applicationProperties: { importance: 'urgent' } });
  const receiver = client.createReceiver('fan-out', 'urgent');
  const [message] = await receiver.receiveMessages(1);
  if (message === undefined) throw new Error('Nothing came.');
  await receiver.deadLetterMessage(message, { deadLetterReason: 'r', deadLetterErrorDescription: 'd', own: true });
  expect(await empty(client, 'fan-out/urgent', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { body: 'x', applicationProperties: { own: true } },
  ]);
  const [untouched] = await empty(client, 'fan-out/everything', bus.noneWithinMs);
  expect(untouched?.applicationProperties).toEqual({ importance: 'urgent' });
  await receiver.close();
});

test('where a subscription requires sessions, a message without one is dead-lettered there, and nowhere else', async () => {
  await empty(client, 'fan-out/by-session', bus.noneWithinMs, 'deadLetter');
  await sender.sendMessages({ body: 'x' });
  expect(await arrived('everything')).toEqual(['x']);
  expect(await empty(client, 'fan-out/by-session', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { body: 'x', deadLetterReason: 'Session ID is null.' },
  ]);
});

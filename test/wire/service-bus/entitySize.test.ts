import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus, type ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { empty } from './receiveAll';
import { localOnly } from './testBus';

/** 0.01 MB is 10,485 bytes: ten messages of 1,000 bytes, and no more. */
const MaxSizeInMegabytes = 0.01;
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'small',
        Queues: [{ Name: 'queue', Properties: { MaxSizeInMegabytes } }],
        Topics: [
          { Name: 'topic', Properties: { MaxSizeInMegabytes }, Subscriptions: [{ Name: 'one' }, { Name: 'two' }] },
        ],
      },
    ],
  },
};

localOnly('an entity that is full', () => {
  let bus: ServiceBus;
  let client: ServiceBusClient;

  beforeAll(async () => {
    bus = await startServiceBus({ config });
    client = new ServiceBusClient(bus.connectionString, { retryOptions: { maxRetries: 0 } });
  });
  afterAll(async () => {
    await client.close();
    await bus.close();
  });

  /** Sends until one is refused; returns how many were taken. */
  async function fill(entity: string): Promise<number> {
    const sender = client.createSender(entity);
    for (let taken = 0; ; taken += 1) {
      try {
        await sender.sendMessages({ body: 'x'.repeat(900) });
      } catch (error) {
        expect(error).toMatchObject({ name: 'ServiceBusError', code: 'QuotaExceeded', retryable: false });
        return taken;
      }
    }
  }

  test('refuses messages with Azure’s error until there is room again', async () => {
    const taken = await fill('queue');
    expect(taken).toBeGreaterThan(5);
    expect(taken).toBeLessThan(12);
    expect(await empty(client, 'queue', 5)).toHaveLength(taken);
    expect(await fill('queue')).toBe(taken);
  });

  test('refuses a batch that does not fit as a whole', async () => {
    await empty(client, 'queue', 5);
    const batch = Array.from({ length: 20 }, () => ({ body: 'x'.repeat(900) }));
    await expect(client.createSender('queue').sendMessages(batch)).rejects.toMatchObject({ code: 'QuotaExceeded' });
    expect(await empty(client, 'queue', 5)).toEqual([]);
  });

  test('is a topic’s size as long as one of its subscriptions holds the messages, dead letters included', async () => {
    const taken = await fill('topic');
    expect(await empty(client, 'topic/one', 5)).toHaveLength(taken);
    expect(await fill('topic')).toBe(0);
    const receiver = client.createReceiver('topic', 'two');
    const [message] = await receiver.receiveMessages(1);
    if (message !== undefined) await receiver.deadLetterMessage(message);
    expect(await fill('topic')).toBe(0);
    expect(await empty(client, 'topic/two', 5, 'deadLetter')).toHaveLength(1);
    expect(await fill('topic')).toBe(1);
  });
});

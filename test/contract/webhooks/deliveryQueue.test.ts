import { ServiceBusClient } from '@azure/service-bus';
import { systemClock } from '../../../shared/clock';
import { createBusConnection, type BusConnection } from '../../../shared/messaging/busConnection';
import { busEntities } from '../../../shared/messaging/busEntities';
import { RelayError } from '../../../shared/errors/relayError';
import type { BusSender } from '../../../shared/messaging/outbox';
import type { EncodedMessage } from '../../../shared/messaging/toServiceBusMessage';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { queuedMessageId, parseQueuedMessage, type QueuedMessage } from '../../../shared/webhooks/deliveryMessage';
import { firstMessage } from '../../../shared/webhooks/fanOut';
import type { DeliveryQueue } from '../../../shared/webhooks/ports';
import { createServiceBusDeliveryQueue } from '../../../shared/webhooks/serviceBusDeliveryQueue';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { createMemoryDeliveryQueue } from '../../support/memoryDeliveryQueue';
import { startTestServiceBus } from '../../support/serviceBus';
import { callEvent } from '../../support/webhookEvents';

/** What every DeliveryQueue promises: the one of the product, and the one that the tests of deliveries use. */
interface Bench {
  readonly queue: DeliveryQueue;
  readonly clock: FakeClock;
  /** Takes that many messages. */
  take(count: number): Promise<QueuedMessage[]>;
  /** How many are visible now. */
  visible(): Promise<number>;
  close(): Promise<void>;
}

function connect(connectionString: string): BusConnection {
  const noCredential = () => {
    throw new Error('a connection string needs no credential');
  };
  return createBusConnection(() => openServiceBus({ connectionString }, noCredential), systemClock);
}

async function onServiceBus(): Promise<Bench> {
  const clock = createFakeClock();
  const bus = await startTestServiceBus({ clock });
  const connection = connect(bus.connectionString);
  const reader = new ServiceBusClient(bus.connectionString);
  const receiver = reader.createReceiver(busEntities.deliveries);
  return {
    queue: createServiceBusDeliveryQueue(connection.sender(busEntities.deliveries)),
    clock,
    async take(count) {
      const taken: QueuedMessage[] = [];
      while (taken.length < count) {
        for (const message of await receiver.receiveMessages(count - taken.length, { maxWaitTimeInMs: 20_000 })) {
          await receiver.completeMessage(message);
          taken.push(parseQueuedMessage(message.body));
        }
      }
      return taken;
    },
    visible: () => Promise.resolve(bus.entities()[busEntities.deliveries]?.active ?? 0),
    async close() {
      await connection.close();
      await reader.close();
      await bus.close();
    },
  };
}

function inMemory(): Promise<Bench> {
  const clock = createFakeClock();
  const queue = createMemoryDeliveryQueue(clock);
  let taken: QueuedMessage[] = [];
  return Promise.resolve({
    queue,
    clock,
    take: (count) => Promise.resolve((taken = [...taken, ...queue.take()]).splice(0, count)),
    visible: () => Promise.resolve((taken = [...taken, ...queue.take()]).length),
    close: () => Promise.resolve(),
  });
}

const message = (call: number, body = '{"ü":"📞"}') =>
  firstMessage(callEvent('started', { call }), { id: 'sub_a' }, { contentType: 'application/json', body });

describe.each([
  ['Service Bus', onServiceBus],
  ['memory', inMemory],
])('in %s', (_name, start) => {
  let bench: Bench;
  beforeEach(async () => void (bench = await start()));
  afterEach(() => bench.close());

  test('a message comes out as it went in', async () => {
    await bench.queue.enqueue([{ message: message(1) }]);
    expect(await bench.take(1)).toEqual([message(1)]);
  });

  test('the same attempt enqueued or scheduled again is not there again; another one is', async () => {
    await bench.queue.enqueue([{ message: message(1) }]);
    await bench.queue.enqueue([{ message: message(1) }, { message: message(2) }]);
    await bench.queue.enqueue([{ message: { ...message(1), deferrals: 1 }, atMs: bench.clock.now() + 1000 }]);
    await bench.queue.enqueue([{ message: { ...message(1), deferrals: 1 }, atMs: bench.clock.now() + 1000 }]);
    await bench.clock.advance(1000);
    const taken = await bench.take(3);
    expect(taken.map(({ event, deferrals }) => `${event.id} ${deferrals}`).sort()).toEqual([
      'call-1-started 0',
      'call-1-started 1',
      'call-2-started 0',
    ]);
    expect(await bench.visible()).toBe(0);
  });

  test('a scheduled message is not seen before its time', async () => {
    await bench.queue.enqueue([{ message: message(1), atMs: bench.clock.now() + 5000 }]);
    await bench.clock.advance(4999);
    expect(await bench.visible()).toBe(0);
    await bench.clock.advance(1);
    expect(await bench.take(1)).toEqual([message(1)]);
  });

  test('a hundred subscribers’ large events are more than one batch, and all arrive', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(20_000) });
    const messages = Array.from({ length: 100 }, (_, call) => message(call, body));
    await bench.queue.enqueue(messages.map((one) => ({ message: one })));
    const taken = await bench.take(100);
    expect(new Set(taken.map(({ event }) => event.id)).size).toBe(100);
    expect(new Set(taken.map((one) => one.body))).toEqual(new Set([body]));
  });
});

describe('what the bus refuses', () => {
  const refusing = (
    isRefused: (messages: readonly EncodedMessage[]) => 'busRefused' | 'busUnavailable' | undefined,
  ): BusSender => ({
    sendFirst(messages) {
      const code = isRefused(messages);
      return code === undefined ? Promise.resolve(messages.length) : Promise.reject(new RelayError(code, 'No.'));
    },
  });

  test('holds up nothing that goes in the same batch', async () => {
    const culprit = queuedMessageId(message(2));
    const queue = createServiceBusDeliveryQueue(
      refusing((messages) => (messages.some(({ messageId }) => messageId === culprit) ? 'busRefused' : undefined)),
    );
    const results = await Promise.allSettled(
      [1, 2, 3].map((call) => queue.enqueue([{ message: message(call), atMs: 1000 }])),
    );
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'busRefused' } },
      { status: 'fulfilled' },
    ]);
  });

  test('is asked anew when the same is enqueued again', async () => {
    let isWell = false;
    const queue = createServiceBusDeliveryQueue(
      refusing(([first]) =>
        isWell ? undefined : first?.scheduledEnqueueTimeUtc === undefined ? 'busRefused' : 'busUnavailable',
      ),
    );
    const deliveries = [{ message: message(1) }, { message: message(2), atMs: 1000 }];
    await expect(queue.enqueue(deliveries)).rejects.toMatchObject({ code: 'busUnavailable' });
    isWell = true;
    await expect(queue.enqueue(deliveries)).resolves.toBeUndefined();
  });
});

test('a bus that is gone is busUnavailable', async () => {
  const bus = await startTestServiceBus();
  const connection = connect(bus.connectionString);
  const queue = createServiceBusDeliveryQueue(connection.sender(busEntities.deliveries));
  await bus.close();
  await expect(queue.enqueue([{ message: message(1) }])).rejects.toMatchObject({ code: 'busUnavailable' });
  await expect(queue.enqueue([{ message: message(1), atMs: 0 }])).rejects.toMatchObject({ code: 'busUnavailable' });
  await connection.close();
});

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ServiceBusClient } from '@azure/service-bus';
import { startTestServiceBus } from '../../support/serviceBus';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { createFakeClock } from '../../support/fakeClock';
import { receiveExactly, receiveOne } from './receiveAll';
import { localOnly } from './testBus';

const AMQP_HEADER = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');
/** The lock duration of the queue, and a moment more. */
const LOCK_OVER_MS = 61_000;

localOnly('the bus goes on serving', () => {
  const clock = createFakeClock(Date.now());
  let bus: ServiceBus;
  let client: ServiceBusClient;

  beforeAll(async () => {
    bus = await startTestServiceBus({ clock });
    client = new ServiceBusClient(bus.connectionString, { retryOptions: { maxRetries: 0 } });
  });
  afterAll(async () => {
    await client.close();
    await bus.close();
  });

  const roundTrip = async (): Promise<void> => {
    await client.createSender('unreadable-events').sendMessages({ body: 'still here' });
    const receiver = client.createReceiver('unreadable-events', { receiveMode: 'receiveAndDelete' });
    expect(await receiveOne(receiver)).toMatchObject({ body: 'still here' });
    await receiver.close();
  };

  /** Sends bytes on a connection of their own and waits until the bus has closed it. */
  async function sendBytes(...chunks: readonly Buffer[]): Promise<void> {
    const socket: Socket = connectTcp(bus.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    for (const chunk of chunks) socket.write(chunk);
    await once(socket, 'close');
  }

  test.each([
    ['text', [Buffer.from('hello, is this a telephone?\n'.repeat(10))]],
    ['random bytes', [Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 197 + 13) % 256))]],
    ['a frame of size zero', [AMQP_HEADER, Buffer.alloc(64)]],
    ['a frame that is too short', [AMQP_HEADER, Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 0, 0])]],
    ['a frame that is larger than was agreed', [AMQP_HEADER, Buffer.from([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0])]],
    ['a performative that is none', [AMQP_HEADER, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0x00, 0x53, 0x99, 0x45])]],
    [
      'a frame on a channel that was not begun',
      [AMQP_HEADER, Buffer.from([0, 0, 0, 12, 2, 0, 0, 7, 0x00, 0x53, 0x13, 0x45])],
    ],
    ['an attach before anything else', [AMQP_HEADER, Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0x00, 0x53, 0x12, 0x45])]],
  ])('after %s', async (_, chunks) => {
    await sendBytes(...chunks);
    await roundTrip();
  });

  test('while connections say nothing, or half of something', async () => {
    const silent = connectTcp(bus.port, '127.0.0.1');
    const half = connectTcp(bus.port, '127.0.0.1');
    await Promise.all([once(silent, 'connect'), once(half, 'connect')]);
    half.write(AMQP_HEADER.subarray(0, 5));
    await roundTrip();
    for (const socket of [silent, half]) {
      socket.destroy();
      await once(socket, 'close');
    }
  });

  test('after a client that vanished with messages in its hands, which others get when the locks run out', async () => {
    await client.createSender('unreadable-events').sendMessages([{ body: 1 }, { body: 2 }]);
    const holder = startReceiverProcess(bus.connectionString);
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const receiver = client.createReceiver('unreadable-events', { receiveMode: 'receiveAndDelete' });
    expect(await receiver.receiveMessages(2, { maxWaitTimeInMs: 5 })).toEqual([]);
    await clock.advance(LOCK_OVER_MS);
    expect(await receiveExactly(receiver, 2)).toMatchObject([
      { body: 1, deliveryCount: 1 },
      { body: 2, deliveryCount: 1 },
    ]);
    await receiver.close();
  });

  test('200 clients at once', async () => {
    const clients = Array.from(
      { length: 200 },
      () => new ServiceBusClient(bus.connectionString, { retryOptions: { maxRetries: 0 } }),
    );
    await Promise.all(clients.map((one, body) => one.createSender('unreadable-events').sendMessages({ body })));
    const receiver = client.createReceiver('unreadable-events', { receiveMode: 'receiveAndDelete' });
    const bodies = (await receiveExactly(receiver, 200)).map(({ body }) => body as number);
    expect(new Set(bodies).size).toBe(200);
    await Promise.all(clients.map((one) => one.close()));
    await receiver.close();
  });

  test('with messages of 256 KB, and refuses larger ones on the same link', async () => {
    const sender = client.createSender('unreadable-events');
    const body = Buffer.alloc(255 * 1024, 'x');
    await Promise.all(Array.from({ length: 20 }, () => sender.sendMessages({ body })));
    await expect(sender.sendMessages({ body: Buffer.alloc(300 * 1024) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    await sender.sendMessages({ body: 'small' });
    const receiver = client.createReceiver('unreadable-events', { receiveMode: 'receiveAndDelete' });
    const messages = await receiveExactly(receiver, 21);
    expect(messages.filter(({ body: received }) => Buffer.isBuffer(received) && received.equals(body))).toHaveLength(
      20,
    );
    await receiver.close();
  });
});

/** A process of its own that receives two messages, says so, and holds them. */
function startReceiverProcess(connectionString: string): ChildProcessByStdio<null, Readable, null> {
  const program =
    `
    const { ServiceBusClient } = require('@azure/service-bus');
    new ServiceBusClient(process.argv[1]).createReceiver('unreadable-events').receiveMessages(2).then((messages) ` +
    `=> console.log(messages.length));
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['-e', program, connectionString], { stdio: ['ignore', 'pipe', 'inherit'] });
}

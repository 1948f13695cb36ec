import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus, type ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { createFakeClock } from '../../support/fakeClock';
import { empty, receiveExactly, receiveOne } from './receiveAll';
import { localOnly } from './testBus';

const CONFIG = join(__dirname, 'Config.json');

localOnly('with a data directory', () => {
  const clock = createFakeClock(Date.now());
  let directory: string;
  let bus: ServiceBus;
  let client: ServiceBusClient;

  async function open(): Promise<void> {
    bus = await startServiceBus({ config: CONFIG, dataDirectory: directory, clock });
    client = new ServiceBusClient(bus.connectionString, { retryOptions: { maxRetries: 0 } });
  }
  async function close(): Promise<void> {
    await client.close();
    await bus.close();
  }
  async function restart(): Promise<void> {
    await close();
    await open();
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'service-bus-'));
    await open();
  });
  afterEach(async () => {
    await close();
    await rm(directory, { recursive: true });
  });

  const bodies = (messages: readonly { body: unknown }[]): unknown[] => messages.map(({ body }) => body);

  test('messages are there again as they were, in their order; settled ones are not', async () => {
    await client
      .createSender('sending')
      .sendMessages([
        { body: 1 },
        { body: 2, messageId: 'two', subject: 's', applicationProperties: { a: 1 } },
        { body: 3 },
      ]);
    const receiver = client.createReceiver('sending');
    const [first] = await receiveExactly(receiver, 1);
    if (first !== undefined) await receiver.completeMessage(first);
    await restart();
    const left = await empty(client, 'sending', 5);
    expect(left).toMatchObject([
      { body: 2, messageId: 'two', subject: 's', applicationProperties: { a: 1 } },
      { body: 3 },
    ]);
    expect(left[0]?.sequenceNumber?.toNumber()).toBe(2);
  });

  test('what was locked is active again; what was abandoned keeps its count and properties', async () => {
    await client.createSender('settling').sendMessages([{ body: 'abandoned' }, { body: 'locked' }]);
    const receiver = client.createReceiver('settling');
    await receiver.abandonMessage(await receiveOne(receiver), { tried: true });
    await receiveExactly(receiver, 2);
    await restart();
    expect(await empty(client, 'settling', 5)).toMatchObject([
      { body: 'abandoned', deliveryCount: 1, applicationProperties: { tried: true } },
      { body: 'locked', deliveryCount: 0 },
    ]);
  });

  test('dead letters, scheduled messages and each subscription’s messages stay', async () => {
    const receiver = client.createReceiver('dead-letters');
    await client.createSender('dead-letters').sendMessages({ body: 'dead' });
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'r',
      deadLetterErrorDescription: 'd',
    });
    const due = new Date(clock.now() + 5000);
    await client.createSender('scheduling').scheduleMessages({ body: 'scheduled' }, due);
    await client.createSender('fan-out').scheduleMessages({ body: 'to the topic' }, due);
    await client.createSender('fan-out').sendMessages({ body: 'plain' });
    await restart();
    expect(await empty(client, 'dead-letters', 5, 'deadLetter')).toMatchObject([
      { body: 'dead', deadLetterReason: 'r' },
    ]);
    expect(bodies(await empty(client, 'fan-out/everything', 5))).toEqual(['plain']);
    expect(await empty(client, 'scheduling', 5)).toEqual([]);
    await clock.advance(6000);
    expect(bodies(await empty(client, 'scheduling', 5))).toEqual(['scheduled']);
    expect(bodies(await empty(client, 'fan-out/everything', 5))).toEqual(['to the topic']);
  });

  test('times to live go on, duplicates are still known, numbers are not used twice', async () => {
    await client.createSender('expiring').sendMessages({ body: 'short', timeToLive: 3000 });
    await client.createSender('duplicates').sendMessages({ body: 'once', messageId: 'same' });
    const [before] = await empty(client, 'duplicates', 5);
    await restart();
    await clock.advance(4000);
    expect(await empty(client, 'expiring', 5, 'deadLetter')).toMatchObject([
      { body: 'short', deadLetterReason: 'TTLExpiredException' },
    ]);
    await client.createSender('duplicates').sendMessages([
      { body: 'twice', messageId: 'same' },
      { body: 'new', messageId: 'new' },
    ]);
    const after = await empty(client, 'duplicates', 5);
    expect(bodies(after)).toEqual(['new']);
    expect(after[0]?.sequenceNumber?.toNumber()).toBeGreaterThan(before?.sequenceNumber?.toNumber() ?? Infinity);
  });

  test('sessions keep their messages and state, subscriptions their rules', async () => {
    await client.createSender('sessions').sendMessages({ body: 'x', sessionId: 's' });
    const session = await client.acceptSession('sessions', 's');
    await session.setSessionState('state');
    await session.close();
    const rules = client.createRuleManager('filtered', 'rules');
    await rules.createRule('added', { sqlExpression: 'a = 1' });
    await rules.deleteRule('$Default');
    await restart();
    const again = await client.acceptNextSession('sessions');
    expect(again.sessionId).toBe('s');
    expect(await again.getSessionState()).toBe('state');
    await again.completeMessage(await receiveOne(again));
    await again.close();
    await client
      .createSender('filtered')
      .sendMessages([{ body: 'match', applicationProperties: { a: 1 } }, { body: 'none' }]);
    expect(bodies(await empty(client, 'filtered/rules', 5))).toEqual(['match']);
  });
});

localOnly('killed at any instant, the bus has lost nothing that it accepted', () => {
  const processes: ChildProcess[] = [];
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'service-bus-'));
  });
  afterEach(async () => {
    await Promise.all(processes.map(kill));
    await rm(directory, { recursive: true });
  });

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  /** The broker in a process of its own, by its command line. */
  async function startBroker(): Promise<{ broker: ChildProcess; connectionString: string }> {
    const program = [join(__dirname, 'runTypeScript.mjs'), join(__dirname, '../../../infra/local/service-bus/main.ts')];
    const broker = spawn(
      process.execPath,
      [...program, '--config', CONFIG, '--data', directory, '--port', '0', '--quiet'],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    processes.push(broker);
    const [{ ready }] = (await once(broker, 'message')) as [{ ready: { connectionString: string } }];
    return { broker, connectionString: ready.connectionString };
  }

  /**
   * A process that sends 5,000 messages, 50 at a time, and tells each number that was accepted: what it does not
   * survive is its own to lose.
   */
  function startSender(connectionString: string): ChildProcess {
    const program = `
      const { ServiceBusClient } = require('@azure/service-bus');
      const sender = new ServiceBusClient(process.argv[1], { retryOptions: { maxRetries: 0 } }).createSender('robust');
      let next = 0;
      const sendOn = async () => {
        while (next < 5000) {
          const body = next++;
          await sender.sendMessages({ body });
          process.send(body);
        }
      };
      for (let lane = 0; lane < 50; lane += 1) sendOn().catch(() => undefined);`;
    const sender = spawn(process.execPath, ['-e', program, connectionString], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    processes.push(sender);
    return sender;
  }

  test('while messages are being sent', async () => {
    const { broker, connectionString } = await startBroker();
    const sender = startSender(connectionString);
    const accepted: number[] = [];
    await new Promise<void>((resolve) => {
      sender.on('message', (body) => {
        accepted.push(Number(body));
        if (accepted.length === 300) broker.kill('SIGKILL');
      });
      broker.once('close', () => resolve());
    });
    await kill(sender);

    const again = await startBroker();
    const client = new ServiceBusClient(again.connectionString);
    // A process of its own answers in its own time; what it sends to a receiver that has given up waiting is lost.
    const there = new Set((await empty(client, 'robust', 2_000)).map(({ body }) => body as number));
    await client.close();
    expect(accepted.length).toBeGreaterThanOrEqual(300);
    expect(accepted.filter((body) => !there.has(body))).toEqual([]);
  });
});

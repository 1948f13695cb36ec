import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { startReadyHost } from '../../support/functionsHost';
import { startTestServiceBus } from '../../support/serviceBus';
import { fixtureApp } from './fixtureApp';

const queue = (Name: string, properties: object = {}): object => ({
  Name,
  Properties: { MaxDeliveryCount: 3, ...properties },
});

const CONFIG = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [
          queue('queue'),
          queue('bytes'),
          queue('concurrent'),
          queue('lastOnes'),
          queue('gate'),
          queue('sessions', { RequiresSession: true }),
        ],
        Topics: [{ Name: 'topic', Properties: {}, Subscriptions: [{ Name: 'subscription', Properties: {} }] }],
      },
    ],
    Logging: { Type: 'Console' },
  },
};

const settings = (more: Record<string, string>): Record<string, string> => ({
  ServiceBusConnection: bus.connectionString,
  QUEUE_NAME: 'queue',
  ...more,
});

let bus: ServiceBus;
let client: ServiceBusClient;
let host: Awaited<ReturnType<typeof startReadyHost>>;

beforeAll(async () => {
  bus = await startTestServiceBus({ config: CONFIG });
  client = new ServiceBusClient(bus.connectionString);
  host = await startReadyHost({
    appDirectory: fixtureApp('bus'),
    settings: settings({ CONCURRENT_QUEUE: 'concurrent' }),
  });
});

afterAll(async () => {
  await host.close();
  await client.close();
  await bus.close();
});

async function send(entity: string, ...messages: ServiceBusMessage[]): Promise<void> {
  const sender = client.createSender(entity);
  await sender.sendMessages(messages);
  await sender.close();
}

/** What the fixture's functions report, as the first line that matches. */
async function report(pattern: RegExp): Promise<Record<string, unknown>> {
  const line = await host.line(pattern);
  return JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>;
}

describe('a queue trigger', () => {
  test('gives the body as JSON and the metadata in the formats of Azure', async () => {
    await send('queue', {
      body: { greeting: 'hello' },
      messageId: 'first',
      subject: 'a.subject',
      correlationId: 'correlation',
      contentType: 'application/json',
      replyTo: 'reply',
      to: 'to',
      sessionId: 'session',
      replyToSessionId: 'other',
      applicationProperties: { Kind: 'audioVideo', count: 2, urgent: true },
    });
    const { message, triggerMetadata } = await report(/"greeting":"hello"/);
    expect(message).toEqual({ greeting: 'hello' });
    expect(triggerMetadata).toMatchObject({
      messageId: 'first',
      subject: 'a.subject',
      label: 'a.subject',
      correlationId: 'correlation',
      contentType: 'application/json',
      replyTo: 'reply',
      to: 'to',
      sessionId: 'session',
      replyToSessionId: 'other',
      deliveryCount: 1,
      sequenceNumber: 1,
      // The library writes the first letter of every name small.
      applicationProperties: { kind: 'audioVideo', count: 2, urgent: true },
      userProperties: { kind: 'audioVideo', count: 2, urgent: true },
      lockToken: expect.stringMatching(/^[-\da-f]{36}$/) as string,
      enqueuedTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/) as string,
      enqueuedTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/) as string,
    });
    expect(triggerMetadata).not.toHaveProperty('deadLetterSource');
  });

  test('gives text in the metadata as the library reads it: as JSON where it is JSON', async () => {
    await send('queue', {
      body: { looksLike: 'JSON' },
      messageId: '0a1b',
      subject: '{"a":[1]}',
      correlationId: ' 12 ',
      replyTo: '"quoted"',
      to: 'nullable',
      sessionId: '-1.5e3',
      replyToSessionId: '1.2.3',
    });
    expect((await report(/"looksLike":"JSON"/))['triggerMetadata']).toMatchObject({
      messageId: '0a1b',
      subject: { a: [1] },
      correlationId: 12,
      replyTo: 'quoted',
      to: 'nullable',
      sessionId: -1500,
      replyToSessionId: '1.2.3',
    });
  });

  test('gives text that is no JSON as it is', async () => {
    await send('queue', { body: Buffer.from('plain text') });
    expect(await report(/plain text/)).toMatchObject({ message: 'plain text' });
  });

  test('abandons what fails, so that it comes again with the next delivery count, and completes what succeeds', async () => {
    await send('queue', { body: { retried: true, failUntil: 3 }, messageId: 'retried' });
    await report(/"retried":true.*"deliveryCount":3/);
    const counts = host.lines.flatMap((line) => /"retried":true.*"deliveryCount":(\d)/.exec(line)?.[1] ?? []);
    expect(counts).toEqual(['1', '2', '3']);
    expect(await host.line(/not yet/)).toMatch(/^error: \[fromQueue\] Invocation [-\da-f]{36} failed: not yet$/);
  });

  test('leaves what fails every time to the dead-letter queue', async () => {
    const deadLetters = client.createReceiver('queue', { subQueueType: 'deadLetter' });
    await send('queue', { body: { failUntil: 100 }, messageId: 'poison' });
    const [dead] = await deadLetters.receiveMessages(1);
    expect(dead).toMatchObject({ messageId: 'poison', deadLetterReason: 'MaxDeliveryCountExceeded' });
    await deadLetters.close();
  });

  test('settles a crowd of successes and failures each as it should be', async () => {
    const messages = Array.from({ length: 40 }, (_, index) => ({
      body: { crowd: index, failUntil: index % 2 === 0 ? 2 : 1 },
      messageId: `crowd-${index}`,
    }));
    await send('queue', ...messages);
    await Promise.all(
      messages.map(({ body: { crowd, failUntil } }) =>
        report(new RegExp(`"crowd":${crowd},.*"deliveryCount":${failUntil}[,}]`)),
      ),
    );
  });

  test('gives the bytes themselves where the function asks for them', async () => {
    await send('bytes', { body: Buffer.from([0, 255, 128]) });
    expect(await report(/"from":"bytes"/)).toEqual({
      from: 'bytes',
      base64: Buffer.from([0, 255, 128]).toString('base64'),
    });
  });
});

test('a topic trigger receives from its subscription', async () => {
  await send('topic', { body: { about: 'a topic' } });
  expect(await report(/"about":"a topic"/)).toMatchObject({ from: 'topic', message: { about: 'a topic' } });
});

test('no more messages are handled at the same time than host.json allows', async () => {
  await send('concurrent', { body: 1 }, { body: 2 }, { body: 3 });
  await report(/"concurrent","number":.,"running":2/);
  await send('gate', { body: 'open' });
  await report(/"concurrent","number":3/);
  expect(
    host.lines.filter((line) => line.includes('"concurrent"')).map((line) => /"running":(\d)/.exec(line)?.[1]),
  ).toEqual(['1', '2', '1']);
  await send('gate', { body: 'open again' });
});

test('with sessions each session comes in its order, several at a time', async () => {
  const numbers = [1, 2, 3];
  await send(
    'sessions',
    ...numbers.flatMap((number) => ['a', 'b', 'c'].map((sessionId) => ({ body: { number }, sessionId }))),
  );
  await Promise.all(['a', 'b', 'c'].map((sessionId) => report(new RegExp(`"number":3},"sessionId":"${sessionId}"`))));
  for (const sessionId of ['a', 'b', 'c']) {
    const seen = host.lines.flatMap(
      (line) => new RegExp(`"number":(\\d)},"sessionId":"${sessionId}"`).exec(line)?.[1] ?? [],
    );
    expect(seen).toEqual(['1', '2', '3']);
  }
});

test('a function whose connection is not set is told, and hurts no other', async () => {
  expect(await host.line(/\[unconnected\]/)).toBe(
    'error: [unconnected] The function does not run: Neither the app setting NoSuchConnection nor ' +
      'NoSuchConnection__fullyQualifiedNamespace is set.',
  );
});

test('stopping lets what is being handled end, and completes it', async () => {
  const stopping = await startReadyHost({
    appDirectory: fixtureApp('bus'),
    settings: settings({ CONCURRENT_QUEUE: 'lastOnes' }),
  });
  await send('lastOnes', { body: 1 }, { body: 2 }, { body: 3 });
  await stopping.line(/"concurrent","number":.,"running":2/);
  const exited = stopping.close();
  await stopping.line(/Stopping/);
  process.kill(stopping.workerPid(), 'SIGUSR2');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(stopping.lines.filter((line) => /took longer|failed/.test(line))).toEqual([]);
  expect(bus.entities().lastOnes).toMatchObject({ active: 1, locked: 0 });
});

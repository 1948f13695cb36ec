import { ServiceBusClient } from '@azure/service-bus';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { askUntil } from '../../support/askUntil';
import { startReadyHost } from '../../support/functionsHost';
import { startTestServiceBus } from '../../support/serviceBus';
import { fixtureApp } from './fixtureApp';

const CONFIG = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: ['queue', 'bytes', 'concurrent', 'gate', 'sessions'].map((Name) => ({
          Name,
          Properties: { RequiresSession: Name === 'sessions' },
        })),
        Topics: [{ Name: 'topic', Properties: {}, Subscriptions: [{ Name: 'subscription', Properties: {} }] }],
      },
    ],
    Logging: { Type: 'Console' },
  },
};

let bus: ServiceBus;
let client: ServiceBusClient;
let host: Awaited<ReturnType<typeof startReadyHost>>;

beforeAll(async () => {
  bus = await startTestServiceBus({ config: CONFIG });
  client = new ServiceBusClient(bus.connectionString);
  host = await startReadyHost({
    appDirectory: fixtureApp('bus'),
    settings: { ServiceBusConnection: bus.connectionString, QUEUE_NAME: 'queue', CONCURRENT_QUEUE: 'concurrent' },
    args: ['--processes'],
  });
});

afterAll(async () => {
  await host.close();
  await client.close();
  await bus.close();
});

/** Sends to the topic and resolves with the process that its function ran in. */
async function processOf(message: string): Promise<number> {
  const sender = client.createSender('topic');
  await sender.sendMessages({ body: message, messageId: message });
  await sender.close();
  const line = await host.line(new RegExp(`\\[fromTopic\\].*"${message}"`));
  return (JSON.parse(line.slice(line.indexOf('{'))) as { pid: number }).pid;
}

describe('with --processes', () => {
  const processOfFunction = (name: string) => host.processes().find(({ functionName }) => functionName === name);
  const pidOf = (name: string): number | undefined => processOfFunction(name)?.workerPid;

  test('each Service Bus function has a process of its own', async () => {
    expect(host.processes().map(({ functionName }) => functionName)).toEqual([
      'fromQueue',
      'fromTopic',
      'fromSessions',
      'bytes',
      'concurrent',
      'gate',
      'unconnected',
    ]);
    expect(new Set(host.processes().map(({ pid }) => pid)).size).toBe(7);
    expect(await processOf('first')).toBe(pidOf('fromTopic'));
  });

  test('one that is killed is started again, and the others go on', async () => {
    const [killed, other] = [pidOf('fromTopic'), pidOf('fromQueue')];
    process.kill(processOfFunction('fromTopic')?.pid ?? 0, 'SIGKILL');
    // A message sent before would be locked for the dead link.
    await host.line(/\[fromTopic\] Its process ended/);
    const pid = await processOf('second');
    expect(pid).not.toBe(killed);
    await askUntil(
      () => pidOf('fromTopic'),
      (now) => now === pid,
    );
    expect(pidOf('fromQueue')).toBe(other);
  });
});

test('--functions runs the named ones alone', async () => {
  const one = await startReadyHost({ appDirectory: fixtureApp('http'), args: ['--functions', 'ITEM,noRoute'] });
  const statusOf = async (path: string): Promise<number> => (await fetch(`${one.url}${path}`)).status;
  expect([await statusOf('/api/items/7'), await statusOf('/api/noRoute'), await statusOf('/api/files')]).toEqual([
    200, 200, 404,
  ]);
  await one.close();
});

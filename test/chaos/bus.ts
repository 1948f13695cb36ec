import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { z } from 'zod';
import { readyMessage, startLocalProcess } from '../../infra/local/start/localProcess';
import type { Scenario } from './scenario';

const SUBSCRIPTIONS = ['first', 'second', 'third'] as const;
const BATCH = 100;
/** Resident memory is looked at this often; the first tenth of the run warms up and counts for nothing. */
const SAMPLES = 50;
/**
 * The smallest thing that could be kept of each message, an entry in a Map, takes about twice this; what is below is
 * the heap breathing.
 */
const BYTES_PER_MESSAGE_KEPT = 24;

/** The local bus as a soak: everything that goes in comes out of every subscription, and the broker's memory stays flat. */
export const bus: Scenario<'messages'> = {
  says: 'A soak of the local Service Bus: a topic with three subscriptions; counts equal, memory flat.',
  options: { messages: { default: 1_000_000, least: 1_000, says: 'how many go through the topic' } },
  async run({ messages }, print) {
    const folder = await mkdtemp(path.join(tmpdir(), 'bus-soak-'));
    const config = path.join(folder, 'Config.json');
    await writeFile(config, JSON.stringify(soakConfig()));
    const broker = startLocalProcess({
      id: 'bus',
      name: 'Service Bus',
      nodeArguments: [
        path.join(__dirname, '../../dist/infra/local/service-bus/main.js'),
        '--config',
        config,
        '--port',
        '0',
        '--quiet',
      ],
      recogniseReady: readyMessage(z.object({ connectionString: z.string() })),
    });
    const { connectionString } = await broker.ready;
    const client = new ServiceBusClient(connectionString);
    try {
      const received = SUBSCRIPTIONS.map(() => 0);
      const finished = SUBSCRIPTIONS.map((name, index) =>
        drain(client.createReceiver('soak', name), messages, (count) => (received[index] = count)),
      );
      const samples: { readonly sent: number; readonly residentBytes: number }[] = [];
      const sender = client.createSender('soak');
      for (let sent = 0; sent < messages;) {
        const count = Math.min(BATCH, messages - sent);
        await sender.sendMessages(
          Array.from({ length: count }, (_, index) => ({ body: { number: sent + index, text: 'x'.repeat(220) } })),
        );
        sent += count;
        // What is sent does not run away from what is received: the soak is of the throughput, not of the depth.
        while (sent - Math.min(...received) > 5_000) await new Promise((resolve) => setImmediate(resolve));
        if (Math.floor((sent * SAMPLES) / messages) > samples.length) {
          samples.push({ sent, residentBytes: await residentBytes(broker.pid) });
          if (samples.length % 5 === 0)
            print(
              `${sent} sent, received ${received.join(' / ')}, broker ${mebibytes(samples.at(-1)?.residentBytes ?? 0)} MiB`,
            );
        }
      }
      await Promise.all(finished);
      const slope = slopeOf(samples.slice(Math.ceil(samples.length / 10)));
      print(`${messages} sent; received ${received.join(' / ')}`);
      print(
        `broker: ${mebibytes(samples[0]?.residentBytes ?? 0)} to ` +
          `${mebibytes(samples.at(-1)?.residentBytes ?? 0)} MiB resident, slope ${slope.toFixed(2)} bytes a message (bound ` +
          `${String(BYTES_PER_MESSAGE_KEPT)})`,
      );
      return received.every((count) => count === messages) && slope <= BYTES_PER_MESSAGE_KEPT;
    } finally {
      await client.close();
      await broker.stop();
      await rm(folder, { recursive: true });
    }
  },
};

/** Resolves when that many messages have been received and completed. */
function drain(receiver: ServiceBusReceiver, messages: number, count: (received: number) => void): Promise<void> {
  let received = 0;
  return new Promise((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: () => {
          count(++received);
          if (received === messages) resolve();
          return Promise.resolve();
        },
        processError: ({ error }) => {
          reject(error);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls: 200 },
    );
  });
}

/** Linux: resident pages of the process (proc(5), statm). */
async function residentBytes(pid: number): Promise<number> {
  const [, pages = '0'] = (await readFile(`/proc/${String(pid)}/statm`, 'utf8')).split(' ');
  return Number(pages) * 4096;
}

/** Least squares, in bytes a message. */
function slopeOf(samples: readonly { readonly sent: number; readonly residentBytes: number }[]): number {
  const mean = (of: (sample: { readonly sent: number; readonly residentBytes: number }) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [sent, resident] = [mean((sample) => sample.sent), mean((sample) => sample.residentBytes)];
  const covariance = samples.reduce((sum, sample) => sum + (sample.sent - sent) * (sample.residentBytes - resident), 0);
  return covariance / samples.reduce((sum, sample) => sum + (sample.sent - sent) ** 2, 0);
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}

function soakConfig(): unknown {
  const properties = { LockDuration: 'PT1M', MaxDeliveryCount: 10, DefaultMessageTimeToLive: 'PT1H' };
  const Subscriptions = SUBSCRIPTIONS.map((Name) => ({ Name, Properties: properties }));
  return {
    UserConfig: {
      Namespaces: [
        {
          Name: 'soak',
          Queues: [],
          Topics: [
            {
              Name: 'soak',
              Properties: { DefaultMessageTimeToLive: 'PT1H', RequiresDuplicateDetection: false },
              Subscriptions,
            },
          ],
        },
      ],
      Logging: { Type: 'Console' },
    },
  };
}

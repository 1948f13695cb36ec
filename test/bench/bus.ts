import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus';
import { create_container, message, type Sender } from 'rhea';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { startChild } from './child';
import { percentile, type Bench, type Measurement } from './harness';
import type { Peer } from './rheaPeer';
import { queuesConfig, startBus } from './world';

/** As the relay's publisher: so many batches are on their way at a time, so that neither side waits for the other. */
const BATCHES_AT_ONCE = 4;
const SENDS_AT_ONCE = 100;
const RECEIVED_AT_ONCE = 100;
const CEILING = 'bare rhea, one by one';

/** The local bus. A client in this process throughout, its peer in another. */
export const bus: Bench = {
  name: 'bus',
  says: 'the local Service Bus through the SDK, 100 and 100,000 messages waiting, against two bare rhea containers',
  async run({ quick, progress }) {
    const scale = quick
      ? { loaded: 1_000, batched: 500, single: 100, rounds: 1 }
      : { loaded: 100_000, batched: 5_000, single: 1_000, rounds: 4 };
    const text = await readFile(path.join(projectFolder, 'docs', 'examples', 'invitation.ringing.json'), 'utf8');
    const body = Buffer.from(JSON.stringify(JSON.parse(text)));

    const broker = await startBus(queuesConfig('light', 'loaded'));
    const client = new ServiceBusClient(broker.connectionString);
    const ceiling = await openCeiling();
    try {
      const light = openQueue(client, 'light', body);
      const loaded = openQueue(client, 'loaded', body);
      await light.sendBatches(100);
      await loaded.sendBatches(scale.loaded);
      progress(`100 and ${scale.loaded} messages are waiting`);
      const samples = new Samples();
      // Turn and turn about, so that whatever else the machine does falls on all alike.
      for (let round = 0; round <= scale.rounds; round += 1) {
        const isWarmUp = round === 0;
        const rate = await perSecond(scale.batched, () => ceiling.send(scale.batched, body));
        if (!isWarmUp) samples.add(CEILING, rate);
        for (const queue of [light, loaded]) {
          const taken = await measureQueue(queue, scale);
          if (!isWarmUp)
            for (const [what, values] of Object.entries(taken)) samples.add(`${what} ${queue.name}`, ...values);
        }
        progress(isWarmUp ? 'warm' : `round ${round} of ${scale.rounds}`);
      }
      return toMeasurements(samples);
    } finally {
      await client.close();
      await ceiling.close();
      await broker.close();
    }
  },
};

type Taken = Readonly<Record<'batch' | 'single' | 'receive' | 'sendMs' | 'receiveMs', readonly number[]>>;

/** Leaves the queue with as many messages as it had. */
async function measureQueue(
  queue: Queue,
  { batched, single }: { readonly batched: number; readonly single: number },
): Promise<Taken> {
  const batch = await perSecond(batched, () => queue.sendBatches(batched));
  const singles = await perSecond(single, () => queue.sendSingly(single));
  const receive = await perSecond(batched + single, () => queue.receive(batched + single));
  const sendMs = await queue.timeSends(single / 5);
  const receiveMs = await queue.timeReceives(single / 5);
  return { batch: [batch], single: [singles], receive: [receive], sendMs, receiveMs };
}

function toMeasurements(samples: Samples): Measurement[] {
  const rate = (what: string): number => samples.median(what);
  const rates = (name: string, what: string): Measurement[] => [
    { figure: `${name}, 100 waiting`, value: rate(`${what} light`), unit: '/s' },
    { figure: `${name}, 100,000 waiting`, value: rate(`${what} loaded`), unit: '/s' },
    {
      figure: `${name}: loaded over light`,
      value: rate(`${what} loaded`) / rate(`${what} light`),
      unit: '',
      atLeast: 0.8,
    },
  ];
  const latencies = (name: string, what: string): Measurement[] => [
    { figure: `${name} p50, 100 waiting`, value: samples.percentile(`${what} light`, 0.5), unit: 'ms' },
    { figure: `${name} p50, 100,000 waiting`, value: samples.percentile(`${what} loaded`, 0.5), unit: 'ms' },
    { figure: `${name} p99, 100 waiting`, value: samples.percentile(`${what} light`, 0.99), unit: 'ms' },
    { figure: `${name} p99, 100,000 waiting`, value: samples.percentile(`${what} loaded`, 0.99), unit: 'ms' },
    {
      figure: `${name} p50: loaded over light`,
      value: samples.percentile(`${what} loaded`, 0.5) / samples.percentile(`${what} light`, 0.5),
      unit: '',
      atMost: 1.2,
    },
  ];
  return [
    { figure: CEILING, value: rate(CEILING), unit: '/s' },
    ...rates('batch sends', 'batch'),
    { figure: 'batch sends over ceiling', value: rate('batch light') / rate(CEILING), unit: '', atLeast: 0.8 },
    ...rates(`single sends, ${SENDS_AT_ONCE} at a time`, 'single'),
    ...rates('receive and complete', 'receive'),
    ...latencies('one send', 'sendMs'),
    ...latencies('one receive and complete', 'receiveMs'),
  ];
}

class Samples {
  readonly #values = new Map<string, number[]>();

  add(what: string, ...values: readonly number[]): void {
    this.#values.set(what, [...(this.#values.get(what) ?? []), ...values]);
  }

  percentile(what: string, share: number): number {
    return percentile(this.#values.get(what) ?? [], share);
  }

  median(what: string): number {
    return this.percentile(what, 0.5);
  }
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (1000 * count) / (performance.now() - startedMs);
}

interface Queue {
  readonly name: string;
  sendBatches(count: number): Promise<void>;
  /** Messages of their own, a hundred on their way at a time. */
  sendSingly(count: number): Promise<void>;
  receive(count: number): Promise<void>;
  /** How long each of so many took, one after another, in milliseconds. */
  timeSends(count: number): Promise<number[]>;
  timeReceives(count: number): Promise<number[]>;
}

function openQueue(client: ServiceBusClient, name: string, body: Buffer): Queue {
  const sender = client.createSender(name);
  const receiver = client.createReceiver(name);
  const next: ServiceBusMessage = { body, contentType: 'application/cloudevents+json' };
  const receive = async (count: number): Promise<void> => {
    for (let left = count; left > 0;) left -= await receiveSome(receiver, Math.min(left, RECEIVED_AT_ONCE));
  };
  return {
    name,
    receive,
    async sendBatches(count) {
      let left = count;
      await atOnce(BATCHES_AT_ONCE, async () => {
        const batch = await sender.createMessageBatch();
        while (left > 0 && batch.tryAddMessage(next)) left -= 1;
        if (batch.count > 0) await sender.sendMessages(batch);
        return left > 0;
      });
    },
    async sendSingly(count) {
      let left = count;
      await atOnce(SENDS_AT_ONCE, async () => {
        if (left <= 0) return false;
        left -= 1;
        await send(sender, next);
        return true;
      });
    },
    timeSends: (count) => timeEach(count, () => send(sender, next)),
    timeReceives: (count) => timeEach(count, () => receive(1)),
  };
}

async function receiveSome(receiver: ServiceBusReceiver, count: number): Promise<number> {
  const messages = await receiver.receiveMessages(count);
  await Promise.all(messages.map((received) => receiver.completeMessage(received)));
  return messages.length;
}

const send = (sender: ServiceBusSender, next: ServiceBusMessage): Promise<void> => sender.sendMessages(next);

/** So many loops, each until its step says that there is nothing left. */
async function atOnce(loops: number, step: () => Promise<boolean>): Promise<void> {
  const loop = async (): Promise<void> => {
    while (await step());
  };
  await Promise.all(Array.from({ length: loops }, loop));
}

async function timeEach(count: number, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedMs = performance.now();
    await work();
    times.push(performance.now() - startedMs);
  }
  return times;
}

/** One container here, one in another process: each message a transfer of its own, as many on their way as there is credit for. */
async function openCeiling(): Promise<{ send(count: number, body: Buffer): Promise<void>; close(): Promise<void> }> {
  const child = startChild<Peer>('rheaPeer.ts');
  const port = await child.call('listen');
  const options = { host: '127.0.0.1', port, tcp_no_delay: true }; // as the SDK sets it; rhea's types do not know it
  const connection = create_container().connect(options);
  const sender: Sender = connection.open_sender('ceiling');
  await new Promise((resolve) => sender.once('sendable', resolve));
  return {
    send: (count, body) =>
      new Promise((resolve) => {
        let sent = 0;
        let accepted = 0;
        const pump = (): void => {
          for (; sent < count && sender.sendable(); sent += 1)
            sender.send({ content_type: 'application/cloudevents+json', body: message.data_section(body) });
        };
        const onAccepted = (): void => {
          accepted += 1;
          if (accepted < count) return;
          sender.removeListener('accepted', onAccepted);
          sender.removeListener('sendable', pump);
          resolve();
        };
        sender.on('accepted', onAccepted);
        sender.on('sendable', pump);
        pump();
      }),
    async close() {
      connection.close();
      await child.stop();
    },
  };
}

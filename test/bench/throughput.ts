import { ServiceBusClient } from '@azure/service-bus';
import { startChild, type Usage } from './child';
import type { Bench, Measurement } from './harness';
import { naiveBreaks } from './naive';
import type { PollerMethods } from './pollerProcess';
import { sipOf, startWorld, usernamesOf, type World } from './world';

/** Packages for each account before anything is measured. */
const WARM_UP = 3;

interface Taken {
  readonly perSecond: number;
  /** Of the process that polls. */
  readonly cpuMs: number;
}

/** A reader of the channels, connected for its accounts. */
interface Reader {
  call(name: 'usage'): Promise<Usage>;
  stop(): Promise<void>;
}

/** Until every package is acknowledged: that is the end for all, and a publisher has published by then. */
export const throughput: Bench = {
  name: 'throughput',
  says: '50,000 packages of one event on 1,000 accounts, against the same P-GETs by bare axios, and against naive.ts',
  notes: naiveBreaks,
  async run({ quick, progress }) {
    const { accounts, each } = quick ? { accounts: 20, each: 10 } : { accounts: 1_000, each: 50 };
    const measure = async (
      world: World,
      name: string,
      reader: Reader,
      users: readonly string[],
      packages: number,
    ): Promise<Taken> => {
      const taken = await readAll(world, reader, users, packages);
      progress(
        `${name}: ${users.length} accounts, ${packages} packages each: ${taken.perSecond.toFixed(0)}/s, ` +
          `${(taken.cpuMs / users.length / packages).toFixed(2)} ms of processor time each`,
      );
      return taken;
    };
    /** In a world of its own: what one leaves behind is nobody else's burden. */
    const inWorld = async <Result>(
      count: number,
      start: (world: World, users: readonly string[]) => Promise<Reader>,
      work: (world: World, reader: Reader, users: readonly string[]) => Promise<Result>,
    ): Promise<Result> => {
      const world = await startWorld();
      try {
        const users = usernamesOf('user', count);
        const reader = await start(world, users);
        await readAll(world, reader, users, WARM_UP);
        const result = await work(world, reader, users);
        await reader.stop();
        return result;
      } finally {
        await world.close();
      }
    };
    const relay = (world: World, users: readonly string[]): Promise<Reader> => world.startRelay(users);

    const ceiling = await inWorld(accounts, startPoller('onlyRead'), (world, reader, users) =>
      measure(world, 'ceiling', reader, users, each),
    );
    const naive = await inWorld(accounts, startPoller('relayNaively'), (world, reader, users) =>
      measure(world, 'naive', reader, users, each),
    );
    const half = await inWorld(accounts / 2, relay, (world, reader, users) =>
      measure(world, 'relay', reader, users, each),
    );
    const { halfEach, all, onTopic } = await inWorld(accounts, relay, async (world, reader, users) => {
      const first = await measure(world, 'relay', reader, users, each / 2);
      const second = await measure(world, 'relay', reader, users, each);
      return { halfEach: first, all: second, onTopic: await countTopic(world, accounts * (WARM_UP + 1.5 * each)) };
    });
    return [
      { figure: 'ceiling: P-GETs by bare axios', value: ceiling.perSecond, unit: '/s' },
      { figure: 'naive.ts', value: naive.perSecond, unit: '/s' },
      { figure: 'relay', value: all.perSecond, unit: '/s' },
      { figure: 'relay over ceiling', value: all.perSecond / ceiling.perSecond, unit: '', atLeast: 0.5 },
      { figure: 'relay over naive.ts', value: all.perSecond / naive.perSecond, unit: '', atLeast: 0.85 },
      ...perEvent({ ceiling, 'naive.ts': naive, relay: all }, accounts * each),
      {
        figure: 'cost of twice the events, over 2',
        value: all.cpuMs / halfEach.cpuMs / 2,
        unit: '',
        atLeast: 0.8,
        atMost: 1.2,
      },
      {
        figure: 'cost of twice the accounts, over 2',
        value: all.cpuMs / half.cpuMs / 2,
        unit: '',
        atLeast: 0.8,
        atMost: 1.2,
      },
      {
        figure: 'events on the topic, of those emitted',
        value: (100 * onTopic.distinct) / (accounts * (WARM_UP + 1.5 * each)),
        unit: '%',
        atLeast: 100,
      },
      { figure: 'events on the topic twice', value: onTopic.messages - onTopic.distinct, unit: '', atMost: 0 },
    ];
  },
};

const startPoller =
  (method: 'onlyRead' | 'relayNaively') =>
  async ({ ucwa, ucwaUrl, bus }: World, usernames: readonly string[]): Promise<Reader> => {
    const poller = startChild<PollerMethods>('pollerProcess.ts');
    await poller.call(method, { ucwaUrl, usernames, serviceBusConnection: bus.connectionString });
    await ucwa.call('pending', usernames.map(sipOf));
    return poller;
  };

async function readAll({ ucwa }: World, reader: Reader, usernames: readonly string[], each: number): Promise<Taken> {
  const before = await reader.call('usage');
  const fromMs = await ucwa.call('load', { accounts: usernames.map(sipOf), each });
  const untilMs = await ucwa.call('drained');
  const after = await reader.call('usage');
  return { perSecond: (1000 * usernames.length * each) / (untilMs - fromMs), cpuMs: after.cpuMs - before.cpuMs };
}

function perEvent(all: Readonly<Record<string, Taken>>, events: number): Measurement[] {
  return Object.entries(all).map(([name, { cpuMs }]) => ({
    figure: `processor time for an event, ${name}`,
    value: (1000 * cpuMs) / events,
    unit: 'µs' as const,
  }));
}

/** What a consumer finds: every event once. */
async function countTopic(
  { bus }: World,
  expected: number,
): Promise<{ readonly messages: number; readonly distinct: number }> {
  const client = new ServiceBusClient(bus.connectionString);
  const receiver = client.createReceiver('invitation-events', 'all', { receiveMode: 'receiveAndDelete' });
  const ids = new Set<unknown>();
  let messages = 0;
  for (;;) {
    const received = await receiver.receiveMessages(500, { maxWaitTimeInMs: messages < expected ? 10_000 : 500 });
    if (received.length === 0) break;
    messages += received.length;
    for (const { messageId } of received) ids.add(messageId);
  }
  await client.close();
  return { messages, distinct: ids.size };
}

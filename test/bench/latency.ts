import { startChild } from './child';
import { openConsoleView } from './consoleView';
import { percentile, sharedNowMs, type Bench, type Measurement } from './harness';
import type { PollerMethods } from './pollerProcess';
import { consumeTopic, type TopicConsumer } from './topicConsumer';
import { startWebhookWorld } from './webhookWorld';
import { sipOf, startWorld, usernamesOf, type World } from './world';

/** From a ring at the server to a consumer of the topic. The floor: a bare long poll that is released, one SDK send, one SDK receive. */
export const latency: Bench = {
  name: 'latency',
  says: 'ring to bus consumer at 1, 100 and 1,000 accounts, against one bare long poll, send and receive',
  async run({ quick, progress }) {
    const [sizes, rings] = quick ? [[1, 10], 20] : [[1, 100, 1_000], 1_000];
    const world = await startWorld();
    const floor = startChild<PollerMethods>('pollerProcess.ts');
    const consumer = consumeTopic(world.bus.connectionString);
    try {
      const [floorUser = ''] = usernamesOf('floor', 1);
      await floor.call('relayNaively', {
        ucwaUrl: world.ucwaUrl,
        usernames: [floorUser],
        serviceBusConnection: world.bus.connectionString,
      });
      await world.ucwa.call('pending', [sipOf(floorUser)]);
      const measurements: Measurement[] = [];
      for (const size of sizes) {
        const usernames = usernamesOf(`of-${size}`, size);
        const relay = await world.startRelay(usernames);
        await alternate(world, consumer, [floorUser], usernames, Math.ceil(rings / 10)); // warms both up
        const times = await alternate(world, consumer, [floorUser], usernames, rings);
        progress(`${size} accounts: ${rings} rings, and as many on the floor`);
        measurements.push(...toMeasurements(`${size} ${size === 1 ? 'account' : 'accounts'}`, times, 2, 3));
        if (size === 1) {
          const { floor: embedded, relay: linked } = await alternate(
            world,
            consumer,
            usernames,
            usernames,
            rings,
            true,
          );
          measurements.push(...toLinkMeasurements(embedded, linked));
        }
        await relay.stop();
      }
      return [...measurements, ...(await measureWebhook(quick ? 5 : 200)), ...(await measureConsole(quick ? 3 : 60))];
    } finally {
      await consumer.close();
      await floor.stop();
      await world.close();
    }
  },
};

/** From a ring at the server to the request at a webhook subscriber, with the whole app in one host. */
async function measureWebhook(rings: number): Promise<Measurement[]> {
  const app = await startWebhookWorld({ polls: true });
  const { world, receiver } = app;
  try {
    const account = sipOf(usernamesOf('user', 1)[0] ?? '');
    await world.ucwa.call('pending', [account]);
    await app.subscribe(`${app.receiverUrl}/with-subject`);
    const times: number[] = [];
    for (let ring = 0; ring < rings + WARM_UP_RINGS; ring += 1) {
      const before = await receiver.call('total');
      const { subject, atMs } = await world.ucwa.call('ring', { account });
      await receiver.call('reached', before + 1);
      const arrival = (await receiver.call('takeArrivals')).find((one) => one.subject === subject);
      if (arrival !== undefined && ring >= WARM_UP_RINGS) times.push(arrival.atMs - atMs);
    }
    return [
      { figure: 'ring to webhook: p50', value: percentile(times, 0.5), unit: 'ms' },
      { figure: 'ring to webhook: p99', value: percentile(times, 0.99), unit: 'ms' },
    ];
  } finally {
    await app.close();
  }
}

/**
 * From a ring at the server to its call on the console's page, painted in a browser, with the whole app in one host. Where there is no
 * browser, to the event at what follows the stream as a page does.
 */
async function measureConsole(rings: number): Promise<Measurement[]> {
  const app = await startWebhookWorld({ polls: true });
  const view = await openConsoleView(app.functionsUrl);
  try {
    const account = sipOf(usernamesOf('user', 1)[0] ?? '');
    await app.world.ucwa.call('pending', [account]);
    const times: number[] = [];
    for (let ring = 0; ring < rings + WARM_UP_SHOWN; ring += 1) {
      // A call comes at any time between two reads of the feed.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
      const { subject, atMs } = await app.world.ucwa.call('ring', { account });
      await view.shows(subject);
      if (ring >= WARM_UP_SHOWN) times.push(sharedNowMs() - atMs);
    }
    const name = `ring to ${view.what}`;
    return [
      { figure: `${name}: p50`, value: percentile(times, 0.5), unit: 'ms' },
      { figure: `${name}: p95`, value: percentile(times, 0.95), unit: 'ms', atMost: 1_200 },
    ];
  } finally {
    await view.close();
    await app.close();
  }
}

const WARM_UP_SHOWN = 3;
const WARM_UP_RINGS = 20;

interface Times {
  readonly floor: readonly number[];
  readonly relay: readonly number[];
}

/**
 * A ring on the floor and one on any of the relay's accounts, turn and turn about: what else the machine does falls
 * on both. One at a time.
 */
export async function alternate(
  world: World,
  consumer: TopicConsumer,
  floor: readonly string[],
  relay: readonly string[],
  rings: number,
  linked = false,
): Promise<Times> {
  const times = { floor: [] as number[], relay: [] as number[] };
  for (let ring = 0; ring < rings; ring += 1) {
    times.floor.push(await timeRing(world, consumer, floor));
    times.relay.push(await timeRing(world, consumer, relay, linked));
  }
  return times;
}

async function timeRing(
  { ucwa }: World,
  consumer: TopicConsumer,
  usernames: readonly string[],
  linked = false,
): Promise<number> {
  const username = usernames[Math.floor(Math.random() * usernames.length)] ?? '';
  const { subject, atMs } = await ucwa.call('ring', { account: sipOf(username), linked });
  return (await consumer.arrival(subject)) - atMs;
}

/** Rings with `to` embedded and with `to` only linked, which a real server sends, turn and turn about at the same account. */
function toLinkMeasurements(embedded: readonly number[], linked: readonly number[]): Measurement[] {
  const row = '1 account, `to` only linked';
  return (
    [
      [0.5, 'p50', { atMost: 1.1 }],
      [0.99, 'p99', {}],
    ] as const
  ).flatMap(([share, name, bound]): Measurement[] => {
    const [before, now] = [percentile(embedded, share), percentile(linked, share)];
    return [
      { figure: `${row}: embedded ${name}`, value: before, unit: 'ms' },
      { figure: `${row}: ${name}`, value: now, unit: 'ms' },
      { figure: `${row}: ${name} over embedded`, value: now / before, unit: '', ...bound },
    ];
  });
}

function toMeasurements(what: string, { floor, relay }: Times, atMostP50?: number, atMostP99?: number): Measurement[] {
  return (
    [
      [0.5, 'p50', atMostP50],
      [0.99, 'p99', atMostP99],
    ] as const
  ).flatMap(([share, name, atMost]) => [
    { figure: `${what}: floor ${name}`, value: percentile(floor, share), unit: 'ms' as const },
    { figure: `${what}: ${name}`, value: percentile(relay, share), unit: 'ms' as const },
    {
      figure: `${what}: ${name} over floor`,
      value: percentile(relay, share) / percentile(floor, share),
      unit: '' as const,
      ...(atMost === undefined ? {} : { atMost }),
    },
  ]);
}

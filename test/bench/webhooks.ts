import { once } from 'node:events';
import { Agent } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import axios from 'axios';
import { busEntities } from '../../shared/messaging/busEntities';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { percentile, sharedNowMs, type Bench, type Measurement } from './harness';
import { createEvents, sendEvents, startWebhookWorld, type EventName, type WebhookWorld } from './webhookWorld';

/** Events on their way at a time, in the steady state. */
const EVENTS_AT_ONCE = 8;
/** Of bare axios: to one subscriber, and in all. */
const POSTS_TO_ONE = 8;
const POSTS_AT_ONCE = 256;
const BURST = 2_000;
const RATE = 50;
/** An end of call whose circuit is open is moved by two minutes. */
const LONGEST_RETRY_MS = 300_000;
const RECORD_TABLES = ['calls', 'feed', 'callsByAccount', 'deliveries'] as const;

/** What each size must reach of bare axios. */
const ceilingShares = new Map([
  [1, 0.035],
  [10, 0.18],
  [100, 0.55],
]);

interface Plan {
  readonly sizes: readonly number[];
  readonly seconds: number;
  readonly burst: number;
  readonly counted: number;
}

export const webhooks: Bench = {
  name: 'webhooks',
  says: 'signed deliveries from the topic to 1, 10 and 100 subscribers, with the record of the call, against the same POSTs by bare axios',
  async run({ quick, progress }) {
    const plan: Plan = quick
      ? { sizes: [1, 3], seconds: 0.5, burst: 20, counted: 2 }
      : { sizes: [1, 10, 100], seconds: 10, burst: BURST, counted: 50 };
    const measurements: Measurement[] = [];
    for (const size of plan.sizes) {
      const found = await measureSize(size, plan);
      progress(found.map(({ figure, value }) => `${figure} ${value.toFixed(2)}`).join(', '));
      measurements.push(...found);
    }
    measurements.push(...(await measureMixed(plan)));
    return measurements;
  },
};

/** Calls of three events each. */
class Calls {
  private sent = 0;
  constructor(private readonly event: Awaited<ReturnType<typeof createEvents>>) {}

  next(): ReturnType<typeof this.event> {
    const names: readonly EventName[] = ['started', 'updated', 'completed'];
    const index = this.sent;
    this.sent += 1;
    // Eight calls side by side, so that the events of one call are not on their way at the same time.
    const [group, within] = [Math.floor(index / (3 * EVENTS_AT_ONCE)), index % (3 * EVENTS_AT_ONCE)];
    const name = names[Math.floor(within / EVENTS_AT_ONCE)] ?? 'started';
    return this.event(name, group * EVENTS_AT_ONCE + (within % EVENTS_AT_ONCE));
  }
}

async function measureSize(size: number, plan: Plan): Promise<Measurement[]> {
  const world = await startWebhookWorld();
  const { receiver, receiverUrl, topic, proxy } = world;
  try {
    const urls = Array.from({ length: size }, (_, index) => `${receiverUrl}/${index}`);
    for (const url of urls) await world.subscribe(url);
    const event = await createEvents();
    const calls = new Calls(event);
    let events = 0;
    const steady = async (until: () => boolean): Promise<{ readonly perSecond: number; readonly events: number }> => {
      const [startedMs, before] = [sharedNowMs(), events];
      while (!until()) {
        await receiver.call('reached', Math.max(before, events - EVENTS_AT_ONCE + 1) * size);
        await sendEvents(topic, [calls.next()]);
        events += 1;
      }
      const endedMs = await receiver.call('reached', events * size);
      return { perSecond: (1000 * (events - before) * size) / (endedMs - startedMs), events: events - before };
    };
    // The app is slower until its code is compiled.
    const warmUntilMs = sharedNowMs() + plan.seconds * 500;
    await steady(() => events >= 6 * EVENTS_AT_ONCE && sharedNowMs() >= warmUntilMs);
    const [requests, cpuMs, untilMs] = [proxy.count, world.appCpuMs(), sharedNowMs() + plan.seconds * 1000];
    const relay = await steady(() => sharedNowMs() >= untilMs);
    const perDelivery = (world.appCpuMs() - cpuMs) / (relay.events * size);
    const perEvent = (proxy.count - requests) / relay.events;
    const extra = size === 1 ? await measureOne(world, { ...plan, steadyPerSecond: relay.perSecond }) : [];
    const body = Buffer.from(toServiceBusMessage(event('started', -1)).body);
    await postAll(world, urls, body, Math.min(2, plan.seconds));
    const ceiling = await postAll(world, urls, body, plan.seconds);
    const who = `${size} ${size === 1 ? 'subscriber' : 'subscribers'}`;
    const atLeast = ceilingShares.get(size);
    return [
      { figure: `${who}: ceiling, bare axios`, value: ceiling, unit: '/s' },
      { figure: `${who}: relay`, value: relay.perSecond, unit: '/s' },
      {
        figure: `${who}: relay over ceiling`,
        value: relay.perSecond / ceiling,
        unit: '',
        ...(atLeast !== undefined && { atLeast }),
      },
      { figure: `${who}: table requests for each event`, value: perEvent, unit: '' },
      { figure: `${who}: the app’s processor time for each delivery`, value: perDelivery, unit: 'ms' },
      ...extra,
    ];
  } finally {
    await world.close();
  }
}

/** With one subscriber: a burst, and what each kind of event costs, one at a time. */
async function measureOne(
  world: WebhookWorld,
  { burst, counted, steadyPerSecond }: Plan & { readonly steadyPerSecond: number },
): Promise<Measurement[]> {
  const { receiver, receiverUrl, topic } = world;
  const event = await createEvents();
  const [before, startedMs] = [await receiver.call('total'), sharedNowMs()];
  for (let call = 0; call < burst; call += 100)
    await sendEvents(
      topic,
      Array.from({ length: Math.min(100, burst - call) }, (_, index) => event('started', 1_000_000 + call + index)),
    );
  const burstPerSecond = (1000 * burst) / ((await receiver.call('reached', before + burst)) - startedMs);
  const count = async (name: EventName, first: number, perEvent: number): Promise<number> => {
    const requests = world.proxy.countOf(...RECORD_TABLES);
    for (let call = 0; call < counted; call += 1) {
      const had = await receiver.call('total');
      await sendEvents(topic, [event(name, first + call)]);
      await receiver.call('reached', had + perEvent);
    }
    await quiet(world);
    return (world.proxy.countOf(...RECORD_TABLES) - requests) / counted;
  };
  await noRetries(world);
  await quiet(world);
  const costs = new Map<EventName, number>();
  for (const name of ['started', 'updated', 'completed'] as const) costs.set(name, await count(name, 2_000_000, 1));
  // Calls whose start is known, as it is of those before.
  await count('started', 3_000_000, 1);
  await world.subscribe(`${receiverUrl}/fails-once`);
  await settle(5_000);
  await quiet(world);
  const messages = await messagesOfRetries(world);
  const failing = await count('completed', 3_000_000, 2);
  const sent = (await messagesOfRetries(world)) - messages - 1;
  const healthy = costs.get('completed') ?? NaN;
  return [
    { figure: 'a burst over the steady rate', value: burstPerSecond / steadyPerSecond, unit: '', atLeast: 0.8 },
    { figure: 'table requests of a started', value: costs.get('started') ?? NaN, unit: '', atMost: 4 },
    { figure: 'table requests of an updated', value: costs.get('updated') ?? NaN, unit: '', atMost: 3 },
    { figure: 'table requests of a completed', value: healthy, unit: '', atMost: 5 },
    // Two attempts: the one that failed wrote its row, the one that did not two.
    { figure: 'table requests of a failed attempt', value: failing - healthy, unit: '', atMost: 3 },
    // A scheduled message has two numbers: one when it is accepted, one when it is due.
    { figure: 'messages of a failed attempt', value: sent / 2 / counted, unit: '', atMost: 1 },
  ];
}

/** The queue numbers its messages: the number that one scheduled for next year gets tells how many there were. */
async function messagesOfRetries({ client }: WebhookWorld): Promise<number> {
  const sender = client.createSender(busEntities.retries);
  const [number] = await sender.scheduleMessages(
    { body: 'a mark', messageId: `mark-${sharedNowMs()}` },
    new Date(Date.now() + 86_400_000),
  );
  if (number === undefined) throw new Error('The queue gave no number.');
  await sender.cancelScheduledMessages(number);
  await sender.close();
  return number.toNumber();
}

/** 50 events a second to eight healthy subscribers, alone and beside one that hangs and one that refuses. */
async function measureMixed({ seconds }: Plan): Promise<Measurement[]> {
  const world = await startWebhookWorld();
  const { receiver, receiverUrl, topic } = world;
  const healthy = 8;
  try {
    const calls = new Calls(await createEvents());
    for (let index = 0; index < healthy; index += 1) await world.subscribe(`${receiverUrl}/healthy-${index}`);
    const measure = async (forSeconds: number): Promise<number> => {
      const sentAt = new Map<string, number>();
      await receiver.call('takeArrivals');
      const [startedMs, before] = [sharedNowMs(), await receiver.call('total')];
      const count = Math.round(forSeconds * RATE);
      for (let sent = 0; sent < count; sent += 1) {
        await settle(startedMs + (1000 * sent) / RATE - sharedNowMs());
        const event = calls.next();
        sentAt.set(event.id, sharedNowMs());
        await sendEvents(topic, [event]);
      }
      await receiver.call('reached', before + count * healthy);
      const arrivals = await receiver.call('takeArrivals');
      return percentile(
        arrivals.flatMap(({ id, atMs }) => (sentAt.has(id) ? [atMs - (sentAt.get(id) ?? NaN)] : [])),
        0.99,
      );
    };
    const subscribeBad = async (): Promise<readonly string[]> => [
      await world.subscribe(`${receiverUrl}/hangs`),
      await world.subscribe(`http://127.0.0.1:${await closedPort()}/refuses`),
    ];
    // The app is slower until its code is compiled: that for failures too.
    const first = await subscribeBad();
    await measure(seconds);
    for (const id of first) await world.unsubscribe(id);
    await noRetries(world);
    const alone = await measure(seconds);
    await subscribeBad();
    await settle(5_000);
    const mixed = await measure(seconds);
    return [
      { figure: '8 healthy, 50 events/s, alone: p99', value: alone, unit: 'ms' },
      { figure: '8 healthy beside one that hangs and one that refuses: p99', value: mixed, unit: 'ms', atMost: 60 },
      { figure: 'beside them over alone', value: mixed / alone, unit: '', atMost: 1.6 },
    ];
  } finally {
    await world.close();
  }
}

const settle = (ms = 500): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Waits until no retry is under way: what storage did not take during a burst is written half a minute later, or later still. */
async function noRetries({ client }: WebhookWorld): Promise<void> {
  const untilMs = sharedNowMs() + LONGEST_RETRY_MS;
  for (let left = true; left;) {
    if (sharedNowMs() > untilMs) throw new Error('Retries are under way still after five minutes.');
    await settle(1_000);
    const receiver = client.createReceiver(busEntities.retries);
    left = (await receiver.peekMessages(1)).length > 0;
    await receiver.close();
  }
}

/** Waits until no table request was made for a second: what follows a delivery is written after it. */
async function quiet({ proxy }: WebhookWorld): Promise<void> {
  for (let before = -1; before !== proxy.count;) {
    before = proxy.count;
    await settle(1_000);
  }
}

/** A port at which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

let posts = 0;

/** The ceiling: the same bodies to the same subscribers for so long, as many at a time, and nothing signed, ordered, queued or kept. */
async function postAll(
  { receiver }: WebhookWorld,
  urls: readonly string[],
  body: Buffer,
  seconds: number,
): Promise<number> {
  const http = axios.create({
    proxy: false,
    maxRedirects: 0,
    httpAgent: new Agent({ keepAlive: true, maxFreeSockets: 256, noDelay: true }),
  });
  const [before, startedMs] = [await receiver.call('total'), sharedNowMs()];
  const untilMs = startedMs + seconds * 1000;
  let count = 0;
  const postTo = async (url: string): Promise<void> => {
    while (sharedNowMs() < untilMs) {
      await http.post(url, body, {
        headers: { 'content-type': 'application/cloudevents+json', 'webhook-id': `bare-${(posts += 1)}` },
      });
      count += 1;
    }
  };
  const loops = Math.max(1, Math.min(POSTS_TO_ONE, Math.floor(POSTS_AT_ONCE / urls.length)));
  await Promise.all(urls.flatMap((url) => Array.from({ length: loops }, () => postTo(url))));
  return (1000 * count) / ((await receiver.call('reached', before + count)) - startedMs);
}

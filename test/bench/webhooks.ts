import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import path from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import axios from 'axios';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { startHostProcess } from '../../infra/local/start/standIns';
import type { RelayEvent } from '../../shared/invitations/relayEvent';
import { parseCloudEvent } from '../../shared/messaging/cloudEvent';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { startChild, type Child } from './child';
import { sharedNowMs, type Bench } from './harness';
import type { ReceiverMethods } from './receiverProcess';
import { relaySettings, startWorld, usernamesOf } from './world';

/** Events on their way at a time. More than a dozen for one subscriber would take the detour over the bus: that is a burst, and another question. */
const EVENTS_AT_ONCE = 8;
/** As the relay's: to one subscriber, and in all. */
const POSTS_TO_ONE = 4;
const POSTS_AT_ONCE = 256;

export const webhooks: Bench = {
  name: 'webhooks',
  says: 'signed deliveries from the topic to 1, 10 and 100 subscribers, log included, against the same POSTs by bare axios',
  async run({ quick, progress }) {
    const sizes = quick ? [1, 3] : [1, 10, 100];
    const deliveries = quick ? 30 : 2_000;
    const results: { readonly size: number; readonly ceiling: number; readonly relay: number }[] = [];
    for (const size of sizes) {
      const result = await measure(size, Math.max(Math.ceil(deliveries / size), EVENTS_AT_ONCE));
      progress(`${size} subscribers: ${result.relay.toFixed(0)}/s of ${result.ceiling.toFixed(0)}/s`);
      results.push({ size, ...result });
    }
    const [last, lastButOne] = [results.at(-1), results.at(-2)];
    return [
      ...results.flatMap(({ size, ceiling, relay }) => [
        { figure: `${size} subscribers: ceiling, bare axios`, value: ceiling, unit: '/s' as const },
        { figure: `${size} subscribers: relay`, value: relay, unit: '/s' as const },
        { figure: `${size} subscribers: relay over ceiling`, value: relay / ceiling, unit: '' as const, atLeast: 0.4 },
      ]),
      {
        figure: 'time of a delivery, most over tenth of subscribers',
        value: (lastButOne?.relay ?? NaN) / (last?.relay ?? NaN),
        unit: '',
        atMost: 1.2,
      },
    ];
  },
};

async function measure(
  subscribers: number,
  events: number,
): Promise<{ readonly ceiling: number; readonly relay: number }> {
  const world = await startWorld({ subscriptions: ['webhooks'] });
  const receiver = startChild<ReceiverMethods>('receiverProcess.ts');
  const host = startHostProcess({
    port: 0,
    functionsKey: 'bench',
    environment: {
      ...relaySettings(world, usernamesOf('user', 1)),
      RELAY_ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
      WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
      // Nothing but webhooks.
      'AzureWebJobs.recordInvitation.Disabled': 'true',
      'AzureWebJobs.pollEventChannel0.Disabled': 'true',
      POLL_FALLBACK: 'false',
    },
  });
  const client = new ServiceBusClient(world.bus.connectionString);
  try {
    const [receiverUrl, { url }] = [await receiver.call('start'), await host.ready];
    const urls = Array.from({ length: subscribers }, (_, index) => `${receiverUrl}/${index}`);
    for (const each of urls)
      await axios.post(
        `${url}/api/webhook-subscriptions`,
        { url: each, handshake: 'skip' },
        { headers: { 'x-functions-key': 'bench' }, proxy: false },
      );

    const sender = client.createSender('invitation-events');
    const example = parseCloudEvent(
      JSON.parse(await readFile(path.join(projectFolder, 'docs', 'examples', 'invitation.ringing.json'), 'utf8')),
    );
    const relayed = async (from: number, count: number): Promise<number> => {
      const startedMs = sharedNowMs();
      for (let sent = from; sent < from + count; sent += 1) {
        await receiver.call('reached', Math.max(from, sent - EVENTS_AT_ONCE + 1) * subscribers);
        await sender.sendMessages(toServiceBusMessage(ringing(example, sent)));
      }
      const untilMs = await receiver.call('reached', (from + count) * subscribers);
      return (1000 * count * subscribers) / (untilMs - startedMs);
    };
    const warmUp = EVENTS_AT_ONCE * 2;
    await relayed(0, warmUp);
    const relay = await relayed(warmUp, events);
    const posted = (warmUp + events) * subscribers;
    const body = Buffer.from(toServiceBusMessage(example).body);
    await postAll(receiver, urls, body, warmUp, posted);
    const ceiling = await postAll(receiver, urls, body, events, posted + warmUp * subscribers);
    return { ceiling, relay };
  } finally {
    await client.close();
    await host.stop();
    await receiver.stop();
    await world.close();
  }
}

/** One more call that rings now. */
function ringing(example: RelayEvent, count: number): RelayEvent {
  const subject = `bench${count}`;
  return {
    ...example,
    id: `bench-event-${count}`,
    subject,
    timeMs: Date.now(),
    expiryTimeMs: Date.now() + 30_000,
    data: { ...(example.data as object), invitationId: subject },
  };
}

let posts = 0;

/** The ceiling: as many POSTs with the same bodies, as many at a time, and nothing signed, ordered, queued or kept. */
async function postAll(
  receiver: Child<ReceiverMethods>,
  urls: readonly string[],
  body: Buffer,
  events: number,
  before: number,
): Promise<number> {
  const http = axios.create({
    proxy: false,
    maxRedirects: 0,
    httpAgent: new Agent({ keepAlive: true, maxFreeSockets: 256, noDelay: true }),
  });
  const postTo = async (url: string): Promise<void> => {
    for (let left = Math.ceil(events / loops); left > 0; left -= 1) {
      await http.post(url, body, {
        headers: { 'content-type': 'application/cloudevents+json', 'webhook-id': `bare-${(posts += 1)}` },
      });
    }
  };
  const loops = Math.max(1, Math.min(POSTS_TO_ONE, Math.floor(POSTS_AT_ONCE / urls.length)));
  const startedMs = sharedNowMs();
  await Promise.all(urls.flatMap((url) => Array.from({ length: loops }, () => postTo(url))));
  const count = Math.ceil(events / loops) * loops * urls.length;
  return (1000 * count) / ((await receiver.call('reached', before + count)) - startedMs);
}

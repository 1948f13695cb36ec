import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ServiceBusClient, type ServiceBusSender } from '@azure/service-bus';
import axios from 'axios';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { startHostProcess } from '../../infra/local/start/standIns';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { parseCloudEvent } from '../../shared/invitations/events/cloudEvent';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { startChild, type Child } from './child';
import { startCountingProxy, type CountingProxy } from './countingProxy';
import { processCpuMs } from './processCpu';
import type { ReceiverMethods } from './receiverProcess';
import { relaySettings, startWorld, usernamesOf, type World } from './world';

/** The built app with its webhooks, subscribers in a process of their own, and a proxy that counts table requests. */
export interface WebhookWorld {
  readonly world: World;
  readonly receiver: Child<ReceiverMethods>;
  readonly receiverUrl: string;
  /** Where the app is; its key is `bench`. */
  readonly functionsUrl: string;
  readonly proxy: CountingProxy;
  readonly topic: ServiceBusSender;
  readonly client: ServiceBusClient;
  /** Subscribes the URL; resolves with the subscription's id. */
  subscribe(url: string): Promise<string>;
  unsubscribe(id: string): Promise<void>;
  /** Processor time of the app's process so far, in milliseconds; NaN where the system does not tell. */
  appCpuMs(): number;
  close(): Promise<void>;
}

export async function startWebhookWorld({ polls = false }: { readonly polls?: boolean } = {}): Promise<WebhookWorld> {
  const world = await startWorld({ subscriptions: ['webhooks'] });
  const proxy = await startCountingProxy(world.storageConnection);
  const receiver = startChild<ReceiverMethods>('receiverProcess.ts');
  const host = startHostProcess({
    port: 0,
    functionsKey: 'bench',
    environment: {
      ...relaySettings({ ...world, storageConnection: proxy.connection }, usernamesOf('user', 1)),
      RELAY_ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
      WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
      ...(polls ? {} : { 'AzureWebJobs.pollEventChannel0.Disabled': 'true', POLL_FALLBACK: 'false' }),
    },
  });
  const client = new ServiceBusClient(world.bus.connectionString);
  const close = async (): Promise<void> => {
    await client.close();
    await host.stop();
    await receiver.stop();
    await proxy.close();
    await world.close();
  };
  try {
    const [receiverUrl, { url }] = [await receiver.call('start'), await host.ready];
    const api = axios.create({
      baseURL: `${url}/api/webhook-subscriptions`,
      headers: { 'x-functions-key': 'bench' },
      proxy: false,
    });
    return {
      world,
      receiver,
      receiverUrl,
      functionsUrl: url,
      proxy,
      client,
      topic: client.createSender('invitation-events'),
      async subscribe(subscriber) {
        const { data } = await api.post<{ readonly subscription: { readonly id: string } }>('', {
          url: subscriber,
          handshake: 'skip',
        });
        return data.subscription.id;
      },
      unsubscribe: (id) => api.delete(`/${id}`),
      appCpuMs: () => cpuMsOfWorkers(host.pid),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of the host's worker processes, which run the app. */
function cpuMsOfWorkers(hostPid: number): number {
  try {
    const children = readFileSync(`/proc/${hostPid}/task/${hostPid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((total, pid) => total + processCpuMs(Number(pid)), 0);
  } catch {
    return NaN;
  }
}

export type EventName = 'started' | 'updated' | 'completed';

/** Events of calls, made from the example in the docs; `call` tells calls apart. */
export async function createEvents(): Promise<(event: EventName, call: number) => RelayEvent> {
  const text = await readFile(path.join(projectFolder, 'docs', 'examples', 'invitation.ringing.json'), 'utf8');
  const { expiryTimeMs: _expiry, ...example } = parseCloudEvent(JSON.parse(text));
  return (event, call) => {
    const subject = `bench${call}`;
    const position = { started: 1, updated: 2, completed: 3 }[event];
    return {
      ...example,
      id: `bench-${call}-${event}`,
      type: `ucwa.audioVideoInvitation.${event}`,
      subject,
      sequence: `00000000000${position}-0001`,
      timeMs: Date.now(),
      ...(event !== 'completed' && { expiryTimeMs: Date.now() + 30_000 }),
      data: { ...(example.data as object), event, invitationId: subject },
    };
  };
}

/** Sends events to the topic, as the poller does. */
export async function sendEvents(topic: ServiceBusSender, events: readonly RelayEvent[]): Promise<void> {
  await topic.sendMessages(events.map(toServiceBusMessage));
}

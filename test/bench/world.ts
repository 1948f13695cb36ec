import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readProductConfig } from '../../infra/local/service-bus/config/productConfig';
import { readyMessage, startLocalProcess } from '../../infra/local/start/localProcess';
import { standInScript } from '../../infra/local/start/projectFolder';
import { startStorage } from '../../infra/local/storage/startStorage';
import { startChild, type Child } from './child';
import type { RelayMethods } from './relayProcess';
import type { SimulatorMethods } from './simulatorProcess';

/** The local Service Bus in a process of its own. */
export interface Bus {
  readonly connectionString: string;
  close(): Promise<void>;
}

const readySchema = z.object({ connectionString: z.string() });

/** @param config as its `--config` */
export async function startBus(config: unknown): Promise<Bus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ucwa-relay-bench-'));
  const file = path.join(folder, 'Config.json');
  await writeFile(file, JSON.stringify(config));
  const bus = startLocalProcess({
    id: 'bus',
    name: 'Service Bus',
    nodeArguments: [standInScript('service-bus'), '--config', file, '--port', '0', '--quiet'],
    recogniseReady: readyMessage(readySchema),
  });
  const { connectionString } = await bus.ready;
  return {
    connectionString,
    async close() {
      await bus.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A namespace with these queues. */
export function queuesConfig(...names: readonly string[]): unknown {
  return {
    UserConfig: {
      Namespaces: [{ Name: 'bench', Queues: names.map((Name) => ({ Name, Properties: {} })) }],
      Logging: { Type: 'Console' },
    },
  };
}

/** The product's entities, the topic with these of its subscriptions only. */
function productConfig(subscriptions: readonly string[]): unknown {
  const config = readProductConfig();
  const [topic] = config.UserConfig.Namespaces[0].Topics;
  topic.Subscriptions = topic.Subscriptions.filter(({ Name }) => subscriptions.includes(Name));
  return config;
}

/** All that the relay needs around it, each in a process of its own. */
export interface World {
  readonly ucwa: Child<SimulatorMethods>;
  readonly ucwaUrl: string;
  readonly bus: Bus;
  readonly storageConnection: string;
  /** One more relay, connected for these users of the domain contoso.com. It ends with the world, if not before. */
  startRelay(usernames: readonly string[], options?: RelayOptions): Promise<Child<RelayMethods>>;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

export interface WorldOptions {
  /** Default `all` alone: what others cost is the bus's own, which in Azure is not on the machine that relays. */
  readonly subscriptions?: readonly string[];
}

export async function startWorld({ subscriptions = ['all'] }: WorldOptions = {}): Promise<World> {
  const ucwa = startChild<SimulatorMethods>('simulatorProcess.ts');
  const [ucwaUrl, bus, storage] = await Promise.all([
    ucwa.call('start'),
    startBus(productConfig(subscriptions)),
    startStorage({ ports: { blob: 0, queue: 0, table: 0 } }),
  ]);
  const { connectionString: storageConnection } = await storage.ready;
  const relays: Child<RelayMethods>[] = [];
  return {
    ucwa,
    ucwaUrl,
    bus,
    storageConnection,
    async startRelay(usernames, { settings = {}, execArgv = [] } = {}) {
      const relay = startChild<RelayMethods>('relayProcess.ts', { execArgv });
      relays.push(relay);
      await relay.call('start', { ...relaySettings({ ucwaUrl, bus, storageConnection }, usernames), ...settings });
      await ucwa.call('pending', usernames.map(sipOf));
      return relay;
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.stop()));
      await ucwa.stop();
      await Promise.all([bus.close(), storage.kill()]);
    },
  };
}

/** The settings of a relay in this world. */
export function relaySettings(
  { ucwaUrl, bus, storageConnection }: Pick<World, 'ucwaUrl' | 'bus' | 'storageConnection'>,
  usernames: readonly string[],
): Record<string, string> {
  return {
    UCWA_ACCOUNTS: JSON.stringify(
      usernames.map((username) => ({ sipUri: sipOf(username), username, password: 'password' })),
    ),
    UCWA_DISCOVERY_URL: ucwaUrl,
    ServiceBusConnection: bus.connectionString,
    AzureWebJobsStorage: storageConnection,
    RELAY_SIGNING_KEY: signingKey,
    POLL_RUN_SECONDS: '1500',
  };
}

export const signingKey = 'a signing key for benches, long enough';

/** `group-1@contoso.com` and so on. */
export function usernamesOf(group: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${group}-${index + 1}@contoso.com`);
}

export const sipOf = (username: string): string => `sip:${username}`;

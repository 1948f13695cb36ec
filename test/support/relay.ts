import { join } from 'node:path';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import type { ServiceBus } from '../../infra/local/service-bus/startServiceBus';
import { startTestStorage, type TestStorage } from './azurite';
import { collectEvents, type EventCollector } from './eventCollector';
import { startReadyHost, type HostProcess } from './functionsHost';
import { startTestServiceBus } from './serviceBus';
import { simulatorAccount, startTestUcwa, type TestUcwa } from './ucwaSimulator';

/** The relay as it is built, in a host process of its own, over a bus, a simulator and storage that outlive it. */
export interface TestRelay {
  readonly ucwa: TestUcwa;
  readonly bus: ServiceBus;
  readonly storage: TestStorage;
  readonly topic: EventCollector;
  /** With the functions key; every status is an answer. */
  http(): AxiosInstance;
  host(): HostProcess;
  /** Starts a host where there is none, or a second one beside it; `http` and `host` are of the newest. */
  startHost(settings?: Readonly<Record<string, string>>, args?: readonly string[]): Promise<HostProcess>;
  /** Posts a command to an invitation. */
  command(
    invitationId: string,
    command: 'accept' | 'decline' | 'cancel',
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<AxiosResponse>;
  /** Resolves when a poll of the account is pending on the event channel: from now on a ring is heard at once. */
  connected(account?: string): Promise<void>;
  close(): Promise<void>;
}

export interface TestRelayOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly accounts?: readonly Readonly<Record<string, unknown>>[];
  /** The bus's entities; the product's own unless given. */
  readonly busConfig?: unknown;
  /** The folder with the app's package.json and host.json; the project's own unless given. */
  readonly appDirectory?: string;
  /** Whether every host runs each Service Bus function in a process of its own. Default false. */
  readonly processes?: boolean;
  /** The program that runs every host; Node.js itself unless given. */
  readonly execPath?: string | undefined;
}

/** `RELAY_SIGNING_KEY` of every test relay. */
export const testSigningKey = 'a signing key for tests, long enough';

const PROJECT = join(__dirname, '../..');

/** Starts everything on free ports and waits until the first account is connected. */
export async function startTestRelay({
  settings = {},
  accounts = [{ ...simulatorAccount }],
  busConfig,
  appDirectory = PROJECT,
  processes = false,
  execPath,
}: TestRelayOptions = {}): Promise<TestRelay> {
  const [ucwa, bus, storage] = await Promise.all([
    startTestUcwa(),
    startTestServiceBus(busConfig === undefined ? {} : { config: busConfig }),
    startTestStorage(),
  ]);
  const topic = collectEvents(bus.connectionString);
  const environment = {
    UCWA_ACCOUNTS: JSON.stringify(accounts),
    UCWA_DISCOVERY_URL: ucwa.url,
    ServiceBusConnection: bus.connectionString,
    AzureWebJobsStorage: storage.connectionString,
    RELAY_SIGNING_KEY: testSigningKey,
    POLL_SCHEDULE: '* * * * * *',
    ...settings,
  };
  const hosts: (HostProcess & Awaited<HostProcess['ready']>)[] = [];
  const newest = () => {
    const host = hosts.at(-1);
    if (host === undefined) throw new Error('No host was started.');
    return host;
  };
  const http = (): AxiosInstance => {
    const { url, functionsKey } = newest();
    return axios.create({
      baseURL: `${url}/api`,
      headers: { 'x-functions-key': functionsKey },
      proxy: false,
      validateStatus: () => true,
    });
  };
  const relay: TestRelay = {
    ucwa,
    bus,
    storage,
    topic,
    http,
    host: newest,
    async startHost(more = {}, args = []) {
      const host = await startReadyHost({
        appDirectory,
        settings: { ...environment, ...more },
        execPath,
        args: ['--run-timers-on-start', ...(processes ? ['--processes'] : []), ...args],
      });
      hosts.push(host);
      return host;
    },
    command: (invitationId, command, body = {}, headers = {}) =>
      http().post(`/invitations/${invitationId}/${command}`, body, { headers }),
    connected: (account) => ucwa.simulator.whenPolling(account),
    async close() {
      await Promise.all(hosts.map((host) => host.close()));
      await topic.close();
      await Promise.all([ucwa.close(), bus.close(), storage.close()]);
    },
  };
  try {
    await relay.startHost();
    await relay.connected();
    return relay;
  } catch (error) {
    await relay.close();
    throw error;
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../infra/local/start/projectFolder';
import type { ServiceBus } from '../../infra/local/service-bus/startServiceBus';
import { startTestStorage } from '../support/azurite';
import { startReadyHost, type HostProcess, type ReadyHost } from '../support/functionsHost';
import { startTestServiceBus } from '../support/serviceBus';
import { startTestUcwa, type TestUcwa } from '../support/ucwaSimulator';
import { createTopicRecord, type TopicRecord } from './topicRecord';

/** `RELAY_SIGNING_KEY` of the hosts. */
export const signingKey = 'a signing key for chaos, long enough';

/** What a host is started with. */
export interface HostSettings {
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the host's command line. Default: a process for each Service Bus function. */
  readonly args?: readonly string[];
}

/** The relay as it is built, over a simulator, a bus and storage that outlive its hosts. */
export interface ChaosWorld {
  readonly ucwa: TestUcwa;
  readonly accounts: readonly string[];
  readonly topic: TopicRecord;
  /**
   * One more Functions host, in a process of its own (with `args` besides those of the world, and these settings);
   * resolves when it is ready.
   */
  startHost(more?: HostSettings): Promise<HostProcess & ReadyHost>;
  /** Closes the bus, with every connection to it. */
  stopBus(): Promise<void>;
  /** Starts it again on the same port, with all that it had accepted. */
  startBus(): Promise<void>;
  /** Resolves when every account has a poll pending on its event channel. */
  connected(): Promise<void>;
  close(): Promise<void>;
}

/** @param accountCount how many users the relay serves. No host is started yet. */
export async function startChaosWorld(accountCount: number): Promise<ChaosWorld> {
  const names = Array.from({ length: accountCount }, (_, index) => `user-${String(index + 1)}@contoso.com`);
  const accounts = names.map((name) => `sip:${name}`);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ucwa-relay-chaos-'));
  const [ucwa, storage, started] = await Promise.all([
    startTestUcwa(),
    startTestStorage(),
    startTestServiceBus({ dataDirectory }),
  ]);
  const { port, connectionString } = started;
  let bus: ServiceBus | undefined = started;
  const topic = createTopicRecord();
  topic.connect(connectionString);

  const settings = {
    UCWA_ACCOUNTS: JSON.stringify(
      names.map((username) => ({ sipUri: `sip:${username}`, username, password: 'password' })),
    ),
    UCWA_DISCOVERY_URL: ucwa.url,
    ServiceBusConnection: connectionString,
    AzureWebJobsStorage: storage.connectionString,
    RELAY_SIGNING_KEY: signingKey,
    POLL_SCHEDULE: '* * * * * *',
  };
  const hosts: HostProcess[] = [];
  return {
    ucwa,
    accounts,
    topic,
    async startHost({ settings: given = {}, args: ofHost = ['--processes'] } = {}) {
      const args = ['--run-timers-on-start', ...ofHost];
      const host = await startReadyHost({ appDirectory: projectFolder, settings: { ...settings, ...given }, args });
      hosts.push(host);
      return host;
    },
    async stopBus() {
      await topic.disconnect();
      await bus?.close();
      bus = undefined;
    },
    async startBus() {
      bus = await startTestServiceBus({ dataDirectory, port });
      topic.connect(connectionString);
    },
    connected: async () => {
      await Promise.all(accounts.map((account) => ucwa.simulator.whenPolling(account)));
    },
    async close() {
      await Promise.all(hosts.map((host) => host.close()));
      await topic.disconnect();
      await Promise.all([ucwa.close(), bus?.close(), storage.close()]);
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

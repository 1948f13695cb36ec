// A local Azure Service Bus: an AMQP 1.0 broker that the unmodified Azure SDKs talk to. It is in the first place for this
// repository's own stack and tests. Refused, each with a clear AMQP error (or, for the last, HTTP 501): deferral of messages,
// forwarding between entities, transactions, partitions, the administration API.
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../../../shared/clock';
import { listen } from './amqp/listener';
import { KEY_NAME } from './amqp/sharedAccessSignature';
import { Namespace } from './broker/namespace';
import type { QueueCounts } from './broker/messageQueue';
import { TimerHeap } from './broker/timerHeap';
import { parseConfig } from './config/parseConfig';
import { openLmdbStore } from './store/lmdbStore';

/** The key of Microsoft's emulator. */
export const DEFAULT_KEY = 'SAS_KEY_VALUE';

export interface ServiceBusOptions {
  /** The content of a Config.json (that of Microsoft's emulator), or the path of one. */
  readonly config: unknown;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The value of the key `RootManageSharedAccessKey`; `SAS_KEY_VALUE` unless given. */
  readonly key?: string;
  /** Keep what is accepted in this directory, so that it survives the end of the process; in memory only when not given. */
  readonly dataDirectory?: string;
  /** Takes a line for people: what was refused, dropped, or would not work in Microsoft's emulator. Nothing by default. */
  readonly log?: (line: string) => void;
  /** Locks, times to live, schedules and duplicate windows go by it; the machine's own by default. Tokens always go by the machine's. */
  readonly clock?: Clock;
}

export interface ServiceBus {
  readonly port: number;
  /** What an Azure SDK connects with. */
  readonly connectionString: string;
  /** What each queue, subscription and dead-letter queue holds now, by address. */
  entities(): Record<string, QueueCounts>;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts a broker on loopback. @throws Error that says everything that is wrong with the configuration; Node's EADDRINUSE. */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBus> {
  const { port = 0, key = DEFAULT_KEY, dataDirectory, log = () => undefined, clock = systemClock } = options;
  const config = parseConfig(typeof options.config === 'string' ? await readConfig(options.config) : options.config);
  for (const note of config.notes) log(`note: ${note}`);
  const timers = new TimerHeap(clock);
  const store = dataDirectory === undefined ? undefined : await openLmdbStore(dataDirectory);
  const env = { clock, timers, store };
  const end = async (): Promise<void> => {
    timers.close();
    await store?.close();
  };
  const namespace = new Namespace(config, env);
  const listener = await listen(port, { namespace, env, key, log }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    port: listener.port,
    connectionString: `Endpoint=sb://localhost:${listener.port};SharedAccessKeyName=${KEY_NAME};SharedAccessKey=${key};UseDevelopmentEmulator=true`,
    entities: () => namespace.counts(),
    close: async () => {
      await listener.close();
      await end();
    },
  };
}

async function readConfig(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON.`, { cause: error });
  }
}

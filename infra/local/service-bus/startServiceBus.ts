// A local Azure Service Bus: an AMQP 1.0 broker that the unmodified Azure SDKs talk to. It is in the first place for this
// repository's own stack and tests. Refused, each with a clear AMQP error (or, for the last two, HTTP 501): deferral of messages,
// forwarding between entities, transactions, partitions, rule actions, AMQP over WebSockets, the administration API.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemClock, type Clock } from '../../../shared/clock';
import { keepCertificate } from './amqp/certificate';
import { listen } from './amqp/listener';
import { KEY_NAME } from './amqp/sharedAccessSignature';
import { Namespace } from './broker/namespace';
import type { QueueCounts } from './broker/messageQueue';
import { TimerHeap } from './broker/timerHeap';
import { parseConfig } from './config/parseConfig';
import { openLmdbStore } from './store/lmdbStore';

/** The key of Microsoft's emulator. */
export const DEFAULT_KEY = 'SAS_KEY_VALUE';

/** Stands above the lines of `differences`. */
export const DIFFERENCES = 'As in Azure, but not in Microsoft’s Service Bus emulator:';

const LOOPBACK = '127.0.0.1';

export interface ServiceBusOptions {
  /** The content of a Config.json (that of Microsoft's emulator), or the path of one. */
  readonly config: unknown;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** A name or address of this machine; `127.0.0.1` unless given. */
  readonly host?: string;
  /** Where the certificate for TLS is, or is made at the first start; without it there is no TLS. */
  readonly certificateFolder?: string;
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
  /** The same with TLS, for SDKs that know no emulator, and the certificate's file, which they are told to trust. */
  readonly tls?: { readonly connectionString: string; readonly certificate: string };
  /** What of the configuration Microsoft's emulator would refuse, a line for each entity. */
  readonly differences: readonly string[];
  /** What each queue, subscription and dead-letter queue holds now, by address. */
  entities(): Record<string, QueueCounts>;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts a broker. @throws Error that says everything that is wrong with the configuration; Node's EADDRINUSE. */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBus> {
  const {
    port = 0,
    host = LOOPBACK,
    key = DEFAULT_KEY,
    dataDirectory,
    certificateFolder,
    log = () => undefined,
    clock = systemClock,
  } = options;
  const config = parseConfig(typeof options.config === 'string' ? await readConfig(options.config) : options.config);
  if (config.notes.length > 0) log(DIFFERENCES);
  for (const note of config.notes) log(`  ${note}`);
  const timers = new TimerHeap(clock);
  const store = dataDirectory === undefined ? undefined : await openLmdbStore(dataDirectory);
  const env = { clock, timers, store };
  const end = async (): Promise<void> => {
    timers.close();
    await store?.close();
  };
  const namespace = new Namespace(config, env);
  const names = namesOf(host);
  const certificate =
    certificateFolder === undefined ? undefined : await keepCertificate(certificateFolder, names.certified);
  const listener = await listen({ host, port, certificate }, { namespace, env, key, log }).catch(
    async (error: unknown) => {
      await end();
      throw error;
    },
  );
  const connectionString = `Endpoint=sb://${names.public}:${listener.port};SharedAccessKeyName=${KEY_NAME};SharedAccessKey=${key}`;
  return {
    port: listener.port,
    connectionString: `${connectionString};UseDevelopmentEmulator=true`,
    ...(certificate !== undefined && { tls: { connectionString, certificate: certificate.path } }),
    differences: config.notes,
    entities: () => namespace.counts(),
    close: async () => {
      await listener.close();
      await end();
    },
  };
}

/** What clients call the host, and what its certificate is for. */
function namesOf(host: string): { readonly public: string; readonly certified: readonly string[] } {
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const name = everywhere ? hostname() : host;
  return {
    public: host === LOOPBACK ? 'localhost' : name.includes(':') ? `[${name}]` : name,
    certified: [...new Set(['localhost', LOOPBACK, name])],
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

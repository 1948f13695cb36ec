import { startStorage, type StorageReady } from '../storage/startStorage';
import type { StoragePorts } from '../storage/storageConnection';
import { replacedBy, type GivenSettings, type Replaced } from './givenSettings';
import { systemClock } from '../../../shared/clock';
import { forgetSimulator } from '../storage/forgetSimulator';
import { hostEnvironment, stackAccount } from './hostEnvironment';
import { createSimulator, type Simulator } from './simulator';
import type { LocalKeys } from './localKeys';
import type { LocalProcess } from './localProcess';
import { nextFreePort } from './nextFreePort';
import type { Parts } from './parts';
import type { StackFacts } from './stackFile';
import { subscribeReceiver } from './subscribeReceiver';
import {
  startHostProcess,
  startReceiverProcess,
  startServiceBusProcess,
  startUcwaProcess,
  type HostReady,
  type ReceiverReady,
  type ServiceBusReady,
  type UcwaReady,
} from './standIns';

/** Where each part listens on 127.0.0.1 if that port is free, else at the next free one; 0 lets the system choose. */
export interface StackPorts {
  readonly functions: number;
  readonly ucwa: number;
  readonly serviceBus: number;
  readonly storage: StoragePorts;
  readonly receiver: number;
  /** Of the inspector of the process that runs the app; undefined: none. */
  readonly inspector: number | undefined;
}

export interface StackOptions {
  readonly given: GivenSettings;
  readonly keys: LocalKeys;
  readonly ports: StackPorts;
  /** Whether each Service Bus function runs in a process of its own. */
  readonly processes: boolean;
  /** Where the storage keeps what it is given. */
  readonly storageFolder: string;
  readonly onHostLine: (line: string) => void;
  readonly onReceiverLine: (line: string) => void;
}

export interface StartedStack {
  readonly facts: StackFacts;
  readonly replaced: Replaced;
  /** What a person should know: a part that had to listen elsewhere, an account that is not connected. */
  readonly notes: readonly string[];
  /** Where a debugger attaches to the app, as host and port. */
  readonly inspector: string | undefined;
  /**
   * Replaces the functions host by a new one, at the same address, with the app as it is built now; resolves with the
   * facts that hold then.
   */
  restartHost(): Promise<StackFacts>;
  /** The bus that the app uses, given or local; undefined where it is reached by an identity. */
  readonly serviceBusConnection: string | undefined;
  /** The local bus; undefined where another is given. */
  readonly localBus: ServiceBusReady | undefined;
}

/** The stand-ins that run; undefined where a setting has replaced one. */
interface RunningStandIns {
  readonly storage: StorageReady | undefined;
  readonly bus: ServiceBusReady | undefined;
  readonly ucwa: UcwaReady | undefined;
  readonly receiver: ReceiverReady;
}

/** The functions host, and what starts another in its place. */
interface RunningHost {
  readonly ready: HostReady;
  readonly environment: Readonly<Record<string, string>>;
  readonly inspectorPort: number | undefined;
  restart(): Promise<void>;
}

/**
 * Starts what the settings do not give, each in a process of its own: first what the functions host needs, all at
 * once, then the host. Resolves when all are ready and a call would ring. Every process is added to `parts` as it
 * starts (the storage when it listens), so that they can be stopped before all are ready; rejects with the last lines
 * of the one that failed.
 */
export async function startStack(options: StackOptions, parts: Parts, signal: AbortSignal): Promise<StartedStack> {
  const { given, ports } = options;
  const replaced = replacedBy(given);
  const standIns = await startStandIns(options, replaced, parts);
  if (standIns.ucwa !== undefined && standIns.storage !== undefined)
    await forgetSimulator(standIns.storage.connectionString);
  const host = await startHost(options, standIns, parts);
  const notes = portNotes(ports, standIns, host);
  const { ucwa, bus, storage, receiver } = standIns;
  if (ucwa !== undefined && !(await untilConnected(createSimulator(ucwa.url), signal)))
    notes.push(`${stackAccount} has not signed in yet. The app's health says why.`);

  const facts = (): StackFacts => ({
    functionsUrl: withoutSlash(host.ready.url),
    functionsKey: host.ready.functionsKey,
    ucwaUrl: ucwa === undefined ? undefined : withoutSlash(ucwa.url),
    serviceBusConnection: host.environment['ServiceBusConnection'],
    storageConnection: storage?.connectionString,
    receiverUrl: withoutSlash(receiver.url),
    consoleUrl: `${withoutSlash(host.ready.url)}/api/console/`,
    pids: { start: process.pid, ...parts.pids() },
  });
  // The receiver is not subscribed in a storage account that was given: it is not this stack's to fill.
  if (storage !== undefined) {
    const secret = options.keys.receiverSecret;
    await subscribeReceiver({ ...facts(), secret }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      notes.push(`The webhook receiver could not be subscribed: ${why}`);
    });
  }
  return {
    facts: facts(),
    replaced,
    notes,
    inspector: host.inspectorPort === undefined ? undefined : `127.0.0.1:${host.inspectorPort}`,
    restartHost: async () => {
      await host.restart();
      return facts();
    },
    serviceBusConnection: host.environment['ServiceBusConnection'],
    localBus: bus,
  };
}

async function startStandIns(options: StackOptions, replaced: Replaced, parts: Parts): Promise<RunningStandIns> {
  const { ports, keys } = options;
  const unlessReplaced = async <Ready>(
    setting: string | undefined,
    start: () => Promise<Ready>,
  ): Promise<Ready | undefined> => (setting === undefined ? await start() : undefined);
  const [storage, bus, ucwa, receiver] = await Promise.all([
    unlessReplaced<StorageReady>(
      replaced.storage,
      async () => parts.add(await startStorage({ ports: ports.storage, folder: options.storageFolder })).ready,
    ),
    unlessReplaced(replaced.serviceBus, () => parts.add(startServiceBusProcess(ports.serviceBus)).ready),
    unlessReplaced(replaced.ucwa, () => parts.add(startUcwaProcess(ports.ucwa)).ready),
    parts.add(startReceiverProcess(ports.receiver, keys.receiverSecret, options.onReceiverLine)).ready,
  ]);
  return { storage, bus, ucwa, receiver };
}

async function startHost(options: StackOptions, standIns: RunningStandIns, parts: Parts): Promise<RunningHost> {
  const { ports, keys } = options;
  // The app must know its own address before it runs.
  const port = await nextFreePort(ports.functions);
  const inspectorPort = ports.inspector === undefined ? undefined : await nextFreePort(ports.inspector);
  const standInFacts = {
    ucwaUrl: standIns.ucwa === undefined ? undefined : withoutSlash(standIns.ucwa.url),
    serviceBusConnection: standIns.bus?.connectionString,
    storageConnection: standIns.storage?.connectionString,
  };
  const environment = hostEnvironment(options.given, standInFacts, keys, `http://127.0.0.1:${port}`);
  const start = (): LocalProcess<HostReady> =>
    parts.add(
      startHostProcess({
        port,
        functionsKey: keys.functionsKey,
        processes: options.processes,
        inspectorPort,
        ucwaUrl: standInFacts.ucwaUrl,
        environment,
        onLine: options.onHostLine,
      }),
    );
  let host = start();
  return {
    ready: await host.ready,
    environment,
    inspectorPort,
    restart: async () => {
      // The old host gives its port up as soon as it is asked to end, long before the new one has loaded the app and
      // listens there. A debugger's port is given up last.
      const ending = parts.remove(host);
      if (inspectorPort !== undefined) await ending;
      host = start();
      await Promise.all([host.ready, ending]);
    },
  };
}

/** A sentence for each part that listens elsewhere than it was asked to. */
function portNotes(ports: StackPorts, { storage, bus, ucwa, receiver }: RunningStandIns, host: RunningHost): string[] {
  const parts: readonly (readonly [string, number | undefined, number | undefined])[] = [
    ['Blobs', ports.storage.blob, storage?.ports.blob],
    ['Queues', ports.storage.queue, storage?.ports.queue],
    ['Tables', ports.storage.table, storage?.ports.table],
    ['Service Bus', ports.serviceBus, bus?.port],
    ['UCWA simulator', ports.ucwa, ucwa?.port],
    ['Webhook receiver', ports.receiver, receiver.port],
    ['Functions', ports.functions, Number(new URL(host.ready.url).port)],
    ['Debugger', ports.inspector, host.inspectorPort],
  ];
  return parts
    .filter(([, preferred, actual]) => actual !== undefined && preferred !== 0 && preferred !== actual)
    .map(([name, preferred = 0, actual = 0]) => `${name}: port ${preferred} is taken, so it listens at ${actual}.`);
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

const CONNECTED_WITHIN_MS = 15_000;

/** Whether the stack's account can be called; asks until it can, or `signal` is aborted, or 15 s have passed. */
async function untilConnected(simulator: Simulator, signal: AbortSignal): Promise<boolean> {
  const lastMs = systemClock.now() + CONNECTED_WITHIN_MS;
  while (!(await simulator.canBeCalled(stackAccount))) {
    if (systemClock.now() > lastMs || signal.aborted) return false;
    await systemClock.sleep(50, signal);
  }
  return true;
}

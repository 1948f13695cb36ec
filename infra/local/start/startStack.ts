import { startStorage, type StorageReady } from '../storage/startStorage';
import type { StoragePorts } from '../storage/storageConnection';
import { replacedBy, type GivenSettings, type Replaced } from './givenSettings';
import { systemClock } from '../../../shared/clock';
import { hostEnvironment, stackAccount } from './hostEnvironment';
import { createSimulator, type Simulator } from './simulator';
import type { LocalKeys } from './localKeys';
import { nextFreePort } from './nextFreePort';
import type { Parts } from './parts';
import type { StackFacts } from './stackFile';
import { subscribeReceiver } from './subscribeReceiver';
import {
  startHostProcess,
  startReceiverProcess,
  startServiceBusProcess,
  startUcwaProcess,
  type ServiceBusReady,
} from './standIns';

/** Where each part listens on 127.0.0.1 if that port is free, else at the next free one; 0 lets the system choose. */
export interface StackPorts {
  readonly functions: number;
  readonly ucwa: number;
  readonly serviceBus: number;
  readonly storage: StoragePorts;
  readonly receiver: number;
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
  /** The bus that the app uses, given or local; undefined where it is reached by an identity. */
  readonly serviceBusConnection: string | undefined;
  /** The local bus; undefined where another is given. */
  readonly localBus: ServiceBusReady | undefined;
}

/**
 * Starts what the settings do not give, each in a process of its own: first what the functions host needs, all at
 * once, then the host. Resolves when all are ready and a call would ring. Every process is added to `parts` as it
 * starts (the storage when it listens), so that one who has lost patience can stop them at any time; rejects with the
 * last lines of the one that failed.
 */
export async function startStack(options: StackOptions, parts: Parts, signal: AbortSignal): Promise<StartedStack> {
  const { given, keys, ports } = options;
  const replaced = replacedBy(given);
  const notes: string[] = [];
  const note = (name: string, preferred: number, actual: number): void => {
    if (preferred !== 0 && preferred !== actual)
      notes.push(`${name}: port ${preferred} is taken, so it listens at ${actual}.`);
  };

  const startStandIn = async <Ready>(
    setting: string | undefined,
    start: () => Promise<Ready>,
  ): Promise<Ready | undefined> => (setting === undefined ? await start() : undefined);
  const [storage, bus, ucwa, receiver] = await Promise.all([
    startStandIn<StorageReady>(
      replaced.storage,
      async () => parts.add(await startStorage({ ports: ports.storage, folder: options.storageFolder })).ready,
    ),
    startStandIn(replaced.serviceBus, () => parts.add(startServiceBusProcess(ports.serviceBus)).ready),
    startStandIn(replaced.ucwa, () => parts.add(startUcwaProcess(ports.ucwa)).ready),
    parts.add(startReceiverProcess(ports.receiver, keys.receiverSecret, options.onReceiverLine)).ready,
  ]);
  if (storage !== undefined) {
    note('Blobs', ports.storage.blob, storage.ports.blob);
    note('Queues', ports.storage.queue, storage.ports.queue);
    note('Tables', ports.storage.table, storage.ports.table);
  }
  if (bus !== undefined) note('Service Bus', ports.serviceBus, bus.port);
  if (ucwa !== undefined) note('UCWA simulator', ports.ucwa, ucwa.port);
  note('Webhook receiver', ports.receiver, receiver.port);

  // The app must know its own address before it runs.
  const port = await nextFreePort(ports.functions);
  const standIns = {
    ucwaUrl: ucwa?.url.replace(/\/$/, ''),
    serviceBusConnection: bus?.connectionString,
    storageConnection: storage?.connectionString,
  };
  const environment = hostEnvironment(given, standIns, keys, `http://127.0.0.1:${port}`);
  const host = await parts.add(
    startHostProcess({
      port,
      functionsKey: keys.functionsKey,
      processes: options.processes,
      environment,
      onLine: options.onHostLine,
    }),
  ).ready;
  note('Functions', ports.functions, Number(new URL(host.url).port));
  if (ucwa !== undefined && !(await untilOnAir(createSimulator(ucwa.url), signal))) {
    notes.push(`${stackAccount} has not signed in yet. The app's health says why.`);
  }

  const functionsUrl = host.url.replace(/\/$/, '');
  const receiverUrl = receiver.url.replace(/\/$/, '');
  // A storage account that is not ours to fill is left alone.
  if (storage !== undefined) {
    await subscribeReceiver({
      functionsUrl,
      functionsKey: host.functionsKey,
      receiverUrl,
      secret: keys.receiverSecret,
    }).catch((error: unknown) => {
      notes.push(
        `The webhook receiver could not be subscribed: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }

  return {
    facts: {
      functionsUrl,
      functionsKey: host.functionsKey,
      ucwaUrl: standIns.ucwaUrl,
      serviceBusConnection: environment['ServiceBusConnection'],
      storageConnection: standIns.storageConnection,
      receiverUrl,
      pids: { start: process.pid, ...parts.pids() },
    },
    replaced,
    notes,
    serviceBusConnection: environment['ServiceBusConnection'],
    localBus: bus,
  };
}

const ON_AIR_WITHIN_MS = 15_000;

/** Whether the stack's account can be called; asks until it can, or `signal` is aborted, or it takes too long. */
async function untilOnAir(simulator: Simulator, signal: AbortSignal): Promise<boolean> {
  const lastMs = systemClock.now() + ON_AIR_WITHIN_MS;
  while (!(await simulator.canBeCalled(stackAccount))) {
    if (systemClock.now() > lastMs || signal.aborted) return false;
    await systemClock.sleep(50, signal);
  }
  return true;
}

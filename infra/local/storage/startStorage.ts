import { mkdir } from 'node:fs/promises';
import { nextFreePort } from '../start/nextFreePort';
import { startLocalProcess, type LocalProcess, type Sign } from '../start/localProcess';
import { storageConnection, type StoragePorts } from './storageConnection';

export interface StorageOptions {
  /** Default 10000, 10001, 10002; the next free one where that is taken; 0 lets the system choose. */
  readonly ports?: StoragePorts;
  /** Where tables, blobs and queues are kept; without it all is in memory and ends with the process. */
  readonly folder?: string;
}

export interface StorageReady {
  readonly ports: StoragePorts;
  /** With the well-known key of the account `devstoreaccount1`. */
  readonly connectionString: string;
}

const DEFAULT_PORTS: StoragePorts = { blob: 10_000, queue: 10_001, table: 10_002 };

/**
 * Azurite takes no interest in its parent. This makes the closing of the channel the signal by which it ends tidily, or
 * the end itself while it is not listening yet.
 */
const END_WITH_PARENT =
  "data:text/javascript,process.once('disconnect', () => process.emit('SIGTERM') || process.exit());";

/**
 * Azurite searches the whole partition for the row that is written, twice where there is none: with thousands of rows in one it
 * needs a core for what Azure does in a moment. Its tables have an index of row keys as well; this makes it use that one first.
 */
const ROW_KEY_FIRST = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { Resultset } = createRequire(${JSON.stringify(require.resolve('azurite/package.json'))})('lokijs');
  const { findAnd } = Resultset.prototype;
  const isRowKey = (expression) => Number('RowKey' in expression);
  Resultset.prototype.$and = Resultset.prototype.findAnd = function (expressions) {
    return findAnd.call(this, [...expressions].sort((one, other) => isRowKey(other) - isRowKey(one)));
  };
`)}`;

/** Another process may take a port between the look and Azurite's own attempt. */
const ATTEMPTS = 3;

/**
 * Azure Storage on this machine: Azurite in a process of its own, whose tables find rows by their keys. Resolves when it
 * listens; rejects with its last lines when it does not.
 */
export async function startStorage(options: StorageOptions = {}): Promise<LocalProcess<StorageReady>> {
  if (options.folder !== undefined) await mkdir(options.folder, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const storage = startAzurite(await freePorts(options.ports ?? DEFAULT_PORTS), options.folder);
    try {
      await storage.ready;
      return storage;
    } catch (error) {
      await storage.stop();
      const taken = storage.lastLines().includes('EADDRINUSE');
      if (attempt < ATTEMPTS && taken) continue;
      if (taken || options.folder === undefined) throw error;
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}\nIf what it keeps is damaged, delete ${options.folder} and start again.`,
        { cause: error },
      );
    }
  }
}

function startAzurite(ports: StoragePorts, folder: string | undefined): LocalProcess<StorageReady> {
  return startLocalProcess({
    id: 'storage',
    name: 'Storage (Azurite)',
    nodeArguments: [
      ...['--import', END_WITH_PARENT, '--import', ROW_KEY_FIRST],
      require.resolve('azurite/dist/src/azurite.js'),
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck', // the SDKs are newer than the service versions that Azurite knows
      ...['--blobPort', String(ports.blob), '--queuePort', String(ports.queue), '--tablePort', String(ports.table)],
      ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
    ],
    recogniseReady: portsInOutput(),
  });
}

/** One after another, so that no two services are given the same port. */
async function freePorts(preferred: StoragePorts): Promise<StoragePorts> {
  const freeAfter = async (port: number, taken: number): Promise<number> =>
    port === 0 ? 0 : nextFreePort(Math.max(port, taken + 1));
  const blob = await freeAfter(preferred.blob, 0);
  const queue = await freeAfter(preferred.queue, blob);
  const table = await freeAfter(preferred.table, queue);
  return { blob, queue, table };
}

/** Azurite is ready when all three services have said where they listen. */
function portsInOutput(): (sign: Sign) => StorageReady | undefined {
  const seen = new Map<string, number>();
  return (sign) => {
    const match =
      'line' in sign ? /Azurite (\w+) service is successfully listening at \S+:(\d+)/.exec(sign.line) : null;
    if (match?.[1] === undefined) return undefined;
    seen.set(match[1], Number(match[2]));
    const [blob, queue, table] = [seen.get('Blob'), seen.get('Queue'), seen.get('Table')];
    if (blob === undefined || queue === undefined || table === undefined) return undefined;
    const ports = { blob, queue, table };
    return { ports, connectionString: storageConnection(ports) };
  };
}

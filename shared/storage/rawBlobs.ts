import type { TokenCredential } from '@azure/identity';
import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../clock';
import type { Connection } from '../config/settings';
import { statusOf, storageUnavailable } from './translateStorageError';

/** Raw text that is too large for a message of the queue `unreadable-events`. */
export interface RawBlobs {
  /**
   * Stores `text` under `name`, over what was there: the same occurrence stored twice is one blob.
   * Errors: `storageUnavailable`, after 10 s at the latest; the caller tries again.
   */
  put(name: string, text: string): Promise<void>;
  /**
   * Removes what was stored before that moment (milliseconds since the epoch); how many there were. Errors: `storageUnavailable`,
   * after 10 minutes at the latest, as for removeMatching; what is left goes at the next call.
   */
  removeOlder(beforeMs: number): Promise<number>;
  /** Reads each one and removes those whose text matches; how many there were. Errors: `storageUnavailable`. */
  removeMatching(matches: (text: string) => boolean): Promise<number>;
}

/** Named like the queue whose messages point into it. */
export const RAW_BLOB_CONTAINER = 'unreadable-events';

const PUT_TIMEOUT_MS = 10_000;
/** What is left then goes at the next removal. Well within the half hour after which the platform ends the process (host.json). */
const REMOVE_TIMEOUT_MS = 600_000;

/**
 * Loads the SDK and creates the container only when something is first stored, which in a healthy system is never.
 *
 * @param credential is asked for only where the connection is an identity.
 */
export function createRawBlobs(connection: Connection, credential: () => TokenCredential, clock: Clock): RawBlobs {
  let container: Promise<ContainerClient> | undefined;

  async function upload(name: string, text: string, abortSignal: AbortSignal): Promise<void> {
    container ??= openContainer(connection, credential, abortSignal);
    const blob = (await container).getBlockBlobClient(name);
    const bytes = Buffer.from(text, 'utf8');
    await blob.upload(bytes, bytes.length, {
      abortSignal,
      blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' },
    });
  }

  async function removeWhere(
    isWanted: (blob: BlobItem, client: ContainerClient, signal: AbortSignal) => Promise<boolean>,
  ): Promise<number> {
    return inTime(REMOVE_TIMEOUT_MS, async (abortSignal) => {
      let removed = 0;
      container ??= openContainer(connection, credential, abortSignal);
      const client = await container;
      for await (const blob of client.listBlobsFlat({ abortSignal })) {
        if (!(await isWanted(blob, client, abortSignal))) continue;
        await client.deleteBlob(blob.name, { abortSignal });
        removed += 1;
      }
      return removed;
    });
  }

  /** The SDK waits for ever on a connection whose peer has vanished without a word. */
  async function inTime<Result>(timeoutMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const timeUp = new AbortController();
    const cancel = clock.setTimer(timeoutMs, () => timeUp.abort());
    try {
      return await work(timeUp.signal);
    } catch (error) {
      // The container may not have been made, or be gone: the next call makes sure of it again.
      container = undefined;
      throw storageUnavailable(error);
    } finally {
      cancel();
    }
  }

  return {
    removeOlder: (beforeMs) =>
      removeWhere(({ properties }) => Promise.resolve(properties.lastModified.getTime() < beforeMs)),
    removeMatching: (matches) =>
      removeWhere(async ({ name }, client, abortSignal) =>
        matches((await client.getBlobClient(name).downloadToBuffer(0, undefined, { abortSignal })).toString('utf8')),
      ),
    put: (name, text) => inTime(PUT_TIMEOUT_MS, (signal) => upload(name, text, signal)),
  };
}

async function openContainer(
  connection: Connection,
  credential: () => TokenCredential,
  abortSignal: AbortSignal,
): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const options = { retryOptions: { maxTries: 1 } };
  const service =
    'connectionString' in connection
      ? BlobServiceClient.fromConnectionString(connection.connectionString, options)
      : new BlobServiceClient(`https://${connection.name}.blob.core.windows.net`, credential(), options);
  const client = service.getContainerClient(RAW_BLOB_CONTAINER);
  try {
    await client.create({ abortSignal });
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
  return client;
}

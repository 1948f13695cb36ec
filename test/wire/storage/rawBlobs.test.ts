import { BlobServiceClient } from '@azure/storage-blob';
import { createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../../shared/clock';
import { mentions } from '../../../shared/storage/erasure/mentions';
import { createRawBlobs, RAW_BLOB_CONTAINER, type RawBlobs } from '../../../shared/storage/rawBlobs';
import { startTestStorage, type TestStorage } from '../../support/azurite';
import { createFakeClock } from '../../support/fakeClock';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};

describe('with a storage account', () => {
  let storage: TestStorage;

  beforeAll(async () => {
    storage = await startTestStorage();
  });
  afterAll(() => storage.close());

  const container = () =>
    BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(RAW_BLOB_CONTAINER);
  const textOf = async (name: string) =>
    (await container().getBlockBlobClient(name).downloadToBuffer()).toString('utf8');

  it('makes the container and keeps the text as it is', async () => {
    const raw = `{"name":"Jürgen ☎","padding":"${'x'.repeat(300_000)}"}`;

    await createRawBlobs(storage, noIdentity, systemClock).put('event-1', raw);

    expect(await textOf('event-1')).toBe(raw);
  });

  it('stores the same occurrence once, however many instances store it', async () => {
    await Promise.all(
      ['first', 'first'].map((text) => createRawBlobs(storage, noIdentity, systemClock).put('event-2', text)),
    );
    await createRawBlobs(storage, noIdentity, systemClock).put('event-2', 'second');

    expect(await textOf('event-2')).toBe('second');
  });

  it('finds its feet again when the container was taken away', async () => {
    const blobs = createRawBlobs(storage, noIdentity, systemClock);
    await blobs.put('event-3', 'before');
    await container().delete();

    await expect(blobs.put('event-3', 'lost')).rejects.toMatchObject({ code: 'storageUnavailable' });
    await blobs.put('event-3', 'after');

    expect(await textOf('event-3')).toBe('after');
  });

  it('removes what is older, and what names a person', async () => {
    const blobs = createRawBlobs(storage, noIdentity, systemClock);
    await blobs.put('event-4', '{"uri":"sip:Ann@contoso.com"}');
    await blobs.put('event-5', '{"uri":"sip:ann@contoso.com.au"}');

    expect(await blobs.removeMatching((text) => mentions(text, 'sip:ann@contoso.com'))).toBe(1);
    expect(await textOf('event-5')).toContain('.au');
    expect(await blobs.removeOlder(Date.now() - 86_400_000)).toBe(0);
    expect(await blobs.removeOlder(Date.now() + 86_400_000)).toBeGreaterThanOrEqual(1);
    expect(await blobs.removeMatching(() => true)).toBe(0);
  });
});

describe('with a storage account that does not answer', () => {
  const sockets: Socket[] = [];
  let server: Server;
  let endpoint: string;

  beforeEach(async () => {
    server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    endpoint = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aw==;BlobEndpoint=http://127.0.0.1:${address.port}/a`;
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['stores nothing', 10_000, (blobs: RawBlobs) => blobs.put('event', 'raw')],
    ['removes nothing', 600_000, (blobs: RawBlobs) => blobs.removeOlder(0)],
  ])('%s and gives up after %d ms', async (_, timeoutMs, work) => {
    const clock = createFakeClock();
    const connected = new Promise((resolve) => server.once('connection', resolve));
    const working = work(createRawBlobs({ connectionString: endpoint }, noIdentity, clock));
    const refusal = expect(working).rejects.toMatchObject({ code: 'storageUnavailable', retryable: true });
    await connected;

    await clock.advance(timeoutMs);

    await refusal;
    expect(clock.sleepers()).toBe(0);
  });

  it('says at once when nobody listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    const put = createRawBlobs({ connectionString: endpoint }, noIdentity, systemClock).put('event', 'raw');

    await expect(put).rejects.toMatchObject({ code: 'storageUnavailable' });
  });
});

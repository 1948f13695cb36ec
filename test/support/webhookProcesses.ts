import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { createCallViews } from '../../shared/storage/calls/createCallViews';
import { createRateSlots } from '../../shared/storage/rateSlots';
import { createSubscriberHealthStore } from '../../shared/storage/subscriberHealthStore';
import { createSubscriptionStore } from '../../shared/storage/subscriptionStore';
import type { Tables } from '../../shared/storage/tables';
import { createWebhooks, type Webhooks, type WebhooksPorts } from '../../shared/webhooks/createWebhooks';
import { createFakeClock, type FakeClock } from './fakeClock';
import { createMemoryRetryQueue, type MemoryRetryQueue } from './memoryRetryQueue';
import { createRecordingLog } from './recordingLog';
import { startSubscriber, type SubscriberServer } from './subscriberServer';
import { startTestTables, type TestTables } from './testTables';
import { ringStartMs } from './webhookEvents';

/** Webhooks of one process on real tables and real sockets; the bus is in memory, and the clock is the test's. */
export interface WebhookProcess {
  readonly webhooks: Webhooks;
  readonly clock: FakeClock;
  readonly queue: MemoryRetryQueue;
  readonly published: RelayEvent[];
  readonly log: ReturnType<typeof createRecordingLog>;
  /** Makes a subscription for a local server; resolves to its id and secret. */
  subscribe(url: string, request?: object): Promise<{ readonly id: string; readonly secret: string }>;
  /** Handles the messages that are visible now, all at once. */
  handleDue(): Promise<void>;
  /** Handles messages until none is left, or the next is due later than that; the clock goes forward to each. */
  handleUntil(untilMs: number): Promise<void>;
}

export interface WebhookProcesses {
  /** A process on the file's tables. @param changes of its ports: the clock and the queue of another process put it beside that one. */
  open(
    changes?: Partial<WebhooksPorts> & { readonly clock?: FakeClock; readonly queue?: MemoryRetryQueue },
  ): WebhookProcess;
  /** A subscriber with a server of its own. */
  subscriber(
    process: WebhookProcess,
    respond?: Parameters<typeof startSubscriber>[0],
    request?: object,
  ): Promise<{ readonly server: SubscriberServer; readonly id: string; readonly secret: string }>;
  readonly tables: () => Tables;
}

const encryptionKey = Buffer.alloc(32, 'k').toString('base64');

/** Processes and subscribers of a test file, which end with their test; the tables are the file's, and empty at the beginning of each. */
export function useWebhookProcesses(): WebhookProcesses {
  let storage: TestTables;
  const closing: { close(): unknown }[] = [];
  beforeAll(async () => void (storage = await startTestTables()));
  afterAll(() => storage.close());
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((one) => one.close()));
    await storage.empty(
      'subscriptions',
      'calls',
      'feed',
      'callsByAccount',
      'deliveries',
      'subscriptionHealth',
      'deliveryRates',
    );
  });
  return {
    tables: () => storage.tables,
    open(changes = {}) {
      const process = createWebhookProcess(storage.tables, changes);
      closing.push(process.webhooks);
      return process;
    },
    async subscriber(process, respond, request = {}) {
      const server = await startSubscriber(respond);
      closing.push(server);
      return { server, ...(await process.subscribe(server.url, request)) };
    },
  };
}

/** A process on these tables; the caller closes its `webhooks`. */
export function createWebhookProcess(
  tables: Tables,
  changes: Partial<WebhooksPorts> & { readonly clock?: FakeClock; readonly queue?: MemoryRetryQueue } = {},
): WebhookProcess {
  const clock = changes.clock ?? createFakeClock(ringStartMs);
  const queue = changes.queue ?? createMemoryRetryQueue(clock);
  const log = createRecordingLog();
  const published: RelayEvent[] = [];
  const webhooks = createWebhooks({
    store: createSubscriptionStore(tables, clock, log),
    records: createCallRecords(tables),
    views: createCallViews(tables, clock),
    health: createSubscriberHealthStore(tables),
    rateSlots: createRateSlots(tables, clock, () => 0.5),
    publisher: { publish: (events) => Promise.resolve(void published.push(...events)) },
    encryptionKey,
    caCertificate: undefined,
    accounts: () => [],
    allowedCidrs: ['127.0.0.0/8'],
    requestOrigin: 'relay.contoso.com',
    confirmUrl: () => 'https://relay.example/confirm',
    random: () => 0.5,
    log,
    ...changes,
    clock,
    queue,
  });
  const handleDue = async (): Promise<void> => {
    await Promise.all(queue.take().map((message) => webhooks.retryDelivery(message, false)));
  };
  return {
    webhooks,
    clock,
    queue,
    published,
    log,
    async subscribe(url, request = {}) {
      const created = await webhooks.subscriptions.create({ url, handshake: 'skip', ...request }, 'key:test');
      return { id: created.subscription.id, secret: created.secret ?? '' };
    },
    handleDue,
    async handleUntil(untilMs) {
      for (let nextMs = queue.nextAtMs(); nextMs !== undefined && nextMs <= untilMs; nextMs = queue.nextAtMs()) {
        await clock.advance(Math.max(0, nextMs - clock.now()));
        await handleDue();
      }
    },
  };
}

import type {
  ServiceBusClient,
  ServiceBusMessageBatch,
  ServiceBusReceivedMessage,
  ServiceBusSender,
} from '@azure/service-bus';
import Long from 'long';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import type { BusSender } from './outbox';
import { createOpenSenders, type OpenSenders } from './openSenders';
import { SEND_TIMEOUT_MS } from './openServiceBus';
import type { EncodedMessage } from './encodedMessage';
import { isBusConnectionLost, isBusTimeout, translateBusError } from './translateBusError';
import { DeadlinePassed, within } from './within';

/** One connection to the namespace for all that is sent and looked up, opened when first needed and replaced when it no longer answers. */
export interface BusConnection {
  sender(entity: string): BusSender;
  /**
   * Reads the message with that sequence number from a queue, whatever its state; takes and locks nothing. Errors:
   * `busUnavailable`, `busRefused`.
   */
  peek(queue: string, sequenceNumber: number): Promise<ServiceBusReceivedMessage | undefined>;
  /** Closes within a second, whether or not the bus answers. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 1_000;

/** Nobody waits longer for what is only read. */
const PEEK_TIMEOUT_MS = 2_000;

/** A link that works answers in milliseconds; after this, one that had answered before is taken for cut. */
const RESEND_AFTER_MS = 1_000;

/**
 * @param openClient makes a client that is this connection's own: it is closed and another one asked for when a send
 * timed out. The SDK keeps using a connection whose peer has vanished without a word until its idle time-out of a minute
 * or more; by then a call has rung out.
 *
 * A send on a link that had answered before, and that is not answered within a second or loses its connection, is sent
 * once more on a new connection: message ids are stable, so that a topic with duplicate detection takes it once.
 */
export function createBusConnection(openClient: () => Promise<ServiceBusClient>, clock: Clock): BusConnection {
  const clients = createReplaceableClient(openClient);
  return {
    sender: (entity) => ({
      sendFirst: (messages) =>
        sendOrResend(clients, clock, entity, async (sender, signal) => {
          const batch = await sender.createMessageBatch({ abortSignal: signal });
          const count = fill(batch, messages);
          if (count > 0) await sender.sendMessages(batch, { abortSignal: signal });
          return count;
        }),
    }),
    async peek(queue, sequenceNumber) {
      try {
        return await within(clock, PEEK_TIMEOUT_MS, async () => {
          const { client } = await clients.open().opening;
          const fromSequenceNumber = Long.fromNumber(sequenceNumber);
          const [message] = await client.createReceiver(queue).peekMessages(1, { fromSequenceNumber });
          return message?.sequenceNumber?.equals(fromSequenceNumber) === true ? message : undefined;
        });
      } catch (error) {
        throw translateBusError(error);
      }
    },
    close: () => within(clock, CLOSE_TIMEOUT_MS, () => clients.close()).catch(() => undefined),
  };
}

interface OpenClient {
  readonly opening: Promise<{ readonly client: ServiceBusClient; readonly senders: OpenSenders }>;
  /** Entities whose link has answered, so that its silence means something. */
  readonly answered: Set<string>;
}

/** One client at a time. */
interface ReplaceableClient {
  /** The client in use, or a new one. Errors: `busUnavailable` once closed. */
  open(): OpenClient;
  /** Closes the client; the next `open` makes another. Nothing happens where it was replaced already. */
  abandon(client: OpenClient): void;
  isInUse(client: OpenClient): boolean;
  close(): Promise<void>;
}

function createReplaceableClient(openClient: () => Promise<ServiceBusClient>): ReplaceableClient {
  let inUse: OpenClient | undefined;
  let closed = false;
  const clients: ReplaceableClient = {
    open() {
      if (closed) throw new RelayError('busUnavailable', 'The relay is stopping.');
      if (inUse !== undefined) return inUse;
      const opening = openClient().then((client) => ({ client, senders: createOpenSenders(client) }));
      const opened: OpenClient = { opening, answered: new Set() };
      inUse = opened;
      opening.catch(() => clients.abandon(opened));
      return opened;
    },
    abandon(abandoned) {
      if (inUse !== abandoned) return;
      inUse = undefined;
      abandoned.opening.then(({ client }) => client.close()).catch(() => undefined);
    },
    isInUse: (client) => inUse === client,
    async close() {
      closed = true;
      const closing = inUse;
      inUse = undefined;
      if (closing !== undefined) await (await closing.opening).client.close();
    },
  };
  return clients;
}

type SendAction = (sender: ServiceBusSender, signal: AbortSignal) => Promise<number>;

/** Once, or twice where the link had answered before: see createBusConnection. Within the send time-out. */
async function sendOrResend(
  clients: ReplaceableClient,
  clock: Clock,
  entity: string,
  action: SendAction,
): Promise<number> {
  const attempt = async (on: OpenClient, timeoutMs: number): Promise<number> => {
    const result = await within(clock, timeoutMs, async (signal) =>
      (await on.opening).senders.use(entity, (sender) => action(sender, signal)),
    );
    on.answered.add(entity);
    return result;
  };
  const startedAtMs = clock.now();
  const first = clients.open();
  const mayResend = first.answered.has(entity);
  try {
    return await attempt(first, mayResend ? RESEND_AFTER_MS : SEND_TIMEOUT_MS);
  } catch (error) {
    if (isTimeout(error)) clients.abandon(first);
    const isCut = isTimeout(error) || !clients.isInUse(first) || isBusConnectionLost(error);
    if (!mayResend || !isCut) throw translateBusError(error);
  }
  const second = clients.open();
  try {
    return await attempt(second, SEND_TIMEOUT_MS - (clock.now() - startedAtMs));
  } catch (error) {
    if (isTimeout(error)) clients.abandon(second);
    throw translateBusError(error);
  }
}

const isTimeout = (error: unknown): boolean => error instanceof DeadlinePassed || isBusTimeout(error);

/** Adds the first messages until one does not fit; the batch knows the size that the link allows. */
function fill(batch: ServiceBusMessageBatch, messages: readonly EncodedMessage[]): number {
  let count = 0;
  for (const message of messages) {
    if (!tryAdd(batch, message)) break;
    count += 1;
  }
  return count;
}

/** What the SDK itself finds wrong with a message (a plain Error) it will find wrong again. */
function tryAdd(batch: ServiceBusMessageBatch, message: EncodedMessage): boolean {
  try {
    return batch.tryAddMessage(message);
  } catch (cause) {
    throw new RelayError('busRefused', 'The message is not one that Service Bus takes.', { cause });
  }
}

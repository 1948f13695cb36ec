import type { ServiceBusClient, ServiceBusMessageBatch, ServiceBusSender } from '@azure/service-bus';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import type { BusSender } from './outbox';
import { createOpenSenders, type OpenSenders } from './openSenders';
import { SEND_TIMEOUT_MS } from './openServiceBus';
import type { EncodedMessage } from './toServiceBusMessage';
import { isBusTimeout, translateBusError } from './translateBusError';

/** One connection to the namespace for all that is sent, opened when first needed and replaced when it no longer answers. */
export interface BusConnection {
  sender(entity: string): BusSender;
  /** Closes within a second, whether or not the bus answers. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 1_000;

interface Live {
  readonly client: ServiceBusClient;
  readonly senders: OpenSenders;
}

/**
 * @param openClient makes a client that is this connection's own: it is closed and another one asked for when a send
 * timed out. The SDK keeps using a connection whose peer has vanished without a word until its idle time-out of a minute
 * or more; by then a call has rung out.
 */
export function createBusConnection(openClient: () => Promise<ServiceBusClient>, clock: Clock): BusConnection {
  let live: Promise<Live> | undefined;
  let closed = false;

  function open(): Promise<Live> {
    if (closed) return Promise.reject(new RelayError('busUnavailable', 'The relay is stopping.'));
    if (live !== undefined) return live;
    const opening = openClient().then((client) => ({ client, senders: createOpenSenders(client) }));
    live = opening;
    opening.catch(() => abandon(opening));
    return opening;
  }

  function abandon(abandoned: Promise<Live>): void {
    if (live !== abandoned) return; // another send has said so before
    live = undefined;
    abandoned.then(({ client }) => client.close()).catch(() => undefined);
  }

  async function use<T>(
    entity: string,
    action: (sender: ServiceBusSender, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const connection = open();
    try {
      return await within(clock, SEND_TIMEOUT_MS, async (signal) =>
        (await connection).senders.use(entity, (sender) => action(sender, signal)),
      );
    } catch (error) {
      if (error instanceof DeadlinePassed || isBusTimeout(error)) abandon(connection);
      throw translateBusError(error);
    }
  }

  const sendFirst = (entity: string, messages: readonly EncodedMessage[]): Promise<number> =>
    use(entity, async (sender, signal) => {
      const batch = await sender.createMessageBatch({ abortSignal: signal });
      const count = fill(batch, messages);
      if (count > 0) await sender.sendMessages(batch, { abortSignal: signal });
      return count;
    });

  return {
    sender: (entity) => ({ sendFirst: (messages) => sendFirst(entity, messages) }),
    async close() {
      closed = true;
      const closing = live;
      live = undefined;
      if (closing !== undefined)
        await within(clock, CLOSE_TIMEOUT_MS, async () => (await closing).client.close()).catch(() => undefined);
    },
  };
}

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

class DeadlinePassed extends RelayError {
  constructor(timeoutMs: number) {
    super('busUnavailable', `Service Bus did not answer within ${timeoutMs / 1000} s.`);
  }
}

/** Rejects when the time is up even where the SDK, which does not heed the signal everywhere, still waits. */
async function within<Result>(
  clock: Clock,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeUp = new AbortController();
  let silence = (): void => undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    silence = clock.alarm(timeoutMs, () => {
      timeUp.abort();
      reject(new DeadlinePassed(timeoutMs));
    });
  });
  try {
    return await Promise.race([work(timeUp.signal), deadline]);
  } finally {
    silence();
  }
}

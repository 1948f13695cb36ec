import type {
  ServiceBusClient,
  ServiceBusMessage,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';

/** One behaviour that a Service Bus must show. */
export interface Check {
  /** The behaviour, as a sentence without its subject. */
  readonly title: string;
  /** Rejects with what was seen instead. */
  readonly run: (bus: BusUnderTest) => Promise<void>;
}

/** Checks that use the same entity, one after another; groups run side by side. */
export interface CheckGroup {
  readonly name: string;
  /** The entities that only this group uses; emptied before it runs. */
  readonly entities: readonly string[];
  readonly checks: readonly Check[];
}

/** What checks are given: one client, and what they often need of it. */
export interface BusUnderTest {
  readonly client: ServiceBusClient;
  readonly connectionString: string;
  readonly send: (entity: string, ...messages: ServiceBusMessage[]) => Promise<void>;
  /** The next messages of a receiver. Rejects when fewer come. */
  readonly receive: (receiver: ServiceBusReceiver, count?: number) => Promise<ServiceBusReceivedMessage[]>;
  /** Whether nothing more comes within a second. */
  readonly isEmpty: (receiver: ServiceBusReceiver) => Promise<boolean>;
}

const WAIT_MS = 15_000;
const NOTHING_MS = 1_000;

export function busUnderTest(client: ServiceBusClient, connectionString: string): BusUnderTest {
  return {
    client,
    connectionString,
    async send(entity, ...messages) {
      const sender = client.createSender(entity);
      await sender.sendMessages(messages);
      await sender.close();
    },
    async receive(receiver, count = 1) {
      const received: ServiceBusReceivedMessage[] = [];
      while (received.length < count) {
        const more = await receiver.receiveMessages(count - received.length, { maxWaitTimeInMs: WAIT_MS });
        if (more.length === 0) throw new Error(`${received.length} of ${count} messages came`);
        received.push(...more);
      }
      return received;
    },
    async isEmpty(receiver) {
      return (await receiver.receiveMessages(1, { maxWaitTimeInMs: NOTHING_MS })).length === 0;
    },
  };
}

/** @throws Error which says what was seen and what was wanted. */
export function expectEqual(what: string, actual: unknown, wanted: unknown): void {
  const [seen, needed] = [JSON.stringify(actual ?? null), JSON.stringify(wanted)];
  if (seen !== needed) throw new Error(`${what}: ${seen}, and not ${needed}`);
}

/** The one message of a list of one. */
export function only(messages: readonly ServiceBusReceivedMessage[]): ServiceBusReceivedMessage {
  const [message, ...others] = messages;
  if (message === undefined || others.length > 0) throw new Error(`${messages.length} messages, and not one`);
  return message;
}

/** Passes when the promise rejects with that code of a ServiceBusError. */
export async function expectRefusal(code: string, refused: Promise<unknown>): Promise<void> {
  const outcome = await refused.then(
    () => 'success',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  );
  expectEqual('the outcome', outcome, code);
}

import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { parseEventMessage } from '../../shared/invitations/events/parseEventMessage';

export interface RecordedEvent {
  readonly event: RelayEvent;
  /** When the bus accepted it, milliseconds since the epoch. */
  readonly enqueuedAtMs: number;
}

/**
 * What is on the topic `invitation-events`, read with the genuine SDK over a bus that may go away and come back. Each
 * message counts once, by its sequence number, however often it is delivered; an event that was published twice is two.
 */
export interface TopicRecord {
  /** In no order. */
  readonly events: readonly RecordedEvent[];
  /** Reads from now on. */
  connect(connectionString: string): void;
  /** Ends reading; what was not read stays on the bus. */
  disconnect(): Promise<void>;
  /** Resolves when there is an event, received already or to come, for each of these. */
  all(matches: readonly ((event: RelayEvent) => boolean)[]): Promise<void>;
}

export function createTopicRecord(): TopicRecord {
  const bySequenceNumber = new Map<string, RecordedEvent>();
  const events: RecordedEvent[] = [];
  const watchers = new Set<(event: RelayEvent) => void>();
  let client: ServiceBusClient | undefined;

  const record = ({ sequenceNumber, enqueuedTimeUtc, body }: ServiceBusReceivedMessage): void => {
    const key = sequenceNumber?.toString() ?? '';
    if (bySequenceNumber.has(key)) return;
    const recorded = { event: parseEventMessage(body), enqueuedAtMs: enqueuedTimeUtc?.getTime() ?? NaN };
    bySequenceNumber.set(key, recorded);
    events.push(recorded);
    for (const watch of [...watchers]) watch(recorded.event);
  };

  return {
    events,
    connect(connectionString) {
      client = new ServiceBusClient(connectionString);
      client.createReceiver('invitation-events', 'all').subscribe(
        {
          processMessage: (message) => {
            record(message);
            return Promise.resolve();
          },
          // A completion that did not get through: the message comes again and counts once all the same.
          processError: () => Promise.resolve(),
        },
        { maxConcurrentCalls: 100 },
      );
    },
    async disconnect() {
      await client?.close();
      client = undefined;
    },
    all: (matches) =>
      new Promise((resolve) => {
        let wanted = matches.filter((match) => !events.some(({ event }) => match(event)));
        const watch = (event: RelayEvent): void => {
          wanted = wanted.filter((match) => !match(event));
          if (wanted.length > 0) return;
          watchers.delete(watch);
          resolve();
        };
        if (wanted.length === 0) resolve();
        else watchers.add(watch);
      }),
  };
}

import { ServiceBusClient } from '@azure/service-bus';
import { seenEventSchema, type SeenEvent } from './seenEvent';

export interface TopicWatch {
  readonly onEvent: (event: SeenEvent, receivedAtMs: number) => void;
  /** What went wrong, for a person; the SDK goes on trying. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Tells of every event on the topic `invitation-events`, as any consumer would receive it: the genuine SDK, the
 * subscription `all`. Messages are taken off the subscription.
 */
export function watchTopic(connectionString: string, watch: TopicWatch): { close(): Promise<void> } {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver('invitation-events', 'all', { receiveMode: 'receiveAndDelete' });
  let closing = false;
  receiver.subscribe({
    processMessage: (message) => {
      const receivedAtMs = Date.now();
      const event = seenEventSchema.safeParse(message.body);
      if (event.success) watch.onEvent(event.data, receivedAtMs);
      else watch.onProblem(`message ${String(message.messageId)} on the topic is no event`);
      return Promise.resolve();
    },
    processError: ({ error }) => {
      // A link that breaks because the bus is being stopped after us is no problem.
      if (!closing) watch.onProblem(`the bus: ${error.message || error.name}`);
      return Promise.resolve();
    },
  });
  return {
    close: () => {
      closing = true;
      return client.close();
    },
  };
}

import { ServiceBusClient } from '@azure/service-bus';
import { seenEventSchema, type SeenEvent } from './seenEvent';

export interface TopicWatch {
  readonly onEvent: (event: SeenEvent, receivedAtMs: number) => void;
  /** What went wrong, for a person; the SDK goes on trying. */
  readonly onProblem: (problem: string) => void;
}

const SUBSCRIPTION = 'screen';

/**
 * Tells of every event on the topic `invitation-events`, as any consumer would receive it: the genuine SDK, the
 * subscription `screen`, which is for this alone. Messages are taken off the subscription. A namespace that was given may
 * lack it: that is said once.
 */
export function watchTopic(connectionString: string, watch: TopicWatch): { close(): Promise<void> } {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver('invitation-events', SUBSCRIPTION, { receiveMode: 'receiveAndDelete' });
  let closing = false;
  receiver.subscribe({
    processMessage: (message) => {
      const receivedAtMs = Date.now();
      const event = seenEventSchema.safeParse(message.body);
      if (event.success) watch.onEvent(event.data, receivedAtMs);
      else watch.onProblem(`message ${String(message.messageId)} on the topic is no event`);
      return Promise.resolve();
    },
    processError: async ({ error }) => {
      if ('code' in error && error.code === 'MessagingEntityNotFound' && !closing) {
        closing = true;
        watch.onProblem(`the topic has no subscription '${SUBSCRIPTION}': with one, events are shown here`);
        await receiver.close();
        return;
      }
      // A link that breaks because the bus is being stopped after us is no problem.
      if (!closing) watch.onProblem(`the bus: ${error.message || error.name}`);
    },
  });
  return {
    close: () => {
      closing = true;
      return client.close();
    },
  };
}

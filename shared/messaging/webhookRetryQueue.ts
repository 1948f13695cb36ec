import { retryMessageId, toRetryBody } from '../webhooks/delivery/retries/retryMessage';
import type { RefusedRetry, RetryQueue, ScheduledRetry } from '../webhooks/delivery/retries/retryQueue';
import type { EncodedMessage } from './encodedMessage';
import { createOutbox, type BusSender } from './outbox';

/** On Service Bus, over the connection that the process has; what is sent at the same time shares batches. */
export function createServiceBusRetryQueue(sender: BusSender): RetryQueue {
  const refusals = new WeakMap<ScheduledRetry, RefusedRetry>();
  const outbox = createOutbox<ScheduledRetry>({
    sender,
    encode: toBusMessage,
    // The others of its batch go on without it.
    replace: (retry, refusal) => {
      refusals.set(retry, { retry, refusal });
      return Promise.resolve(undefined);
    },
  });
  return {
    async send(messages) {
      await outbox.send(messages);
      return messages.flatMap((message) => refusals.get(message) ?? []);
    },
  };
}

function toBusMessage({ message, atMs }: ScheduledRetry): EncodedMessage {
  return {
    body: toRetryBody(message),
    contentType: 'application/json',
    messageId: retryMessageId(message),
    subject: message.event.type,
    applicationProperties: {
      kind: message.kind,
      ...(message.kind === 'attempt' && { subscriptionId: message.subscriptionId, attempt: message.attempt }),
    },
    ...(atMs !== undefined && { scheduledEnqueueTimeUtc: new Date(Math.ceil(atMs)) }),
  };
}

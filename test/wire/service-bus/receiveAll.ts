import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** The next message. Fails when none comes. */
export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  if (message === undefined) throw new Error('No message came within 10 s.');
  return message;
}

/** Exactly so many messages, in the order they came. Fails when there are fewer. */
export async function receiveExactly(
  receiver: ServiceBusReceiver,
  count: number,
): Promise<ServiceBusReceivedMessage[]> {
  const messages: ServiceBusReceivedMessage[] = [];
  while (messages.length < count) {
    const more = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 10_000 });
    if (more.length === 0) throw new Error(`${messages.length} of ${count} messages came, and no more within 10 s.`);
    messages.push(...more);
  }
  return messages;
}

/** Takes everything off a queue, subscription (`topic/subscription`), or its dead-letter queue. */
export async function empty(
  client: ServiceBusClient,
  entity: string,
  waitMs: number,
  subQueueType?: 'deadLetter',
): Promise<ServiceBusReceivedMessage[]> {
  const [name = '', subscription] = entity.split('/');
  const options = { receiveMode: 'receiveAndDelete', ...(subQueueType === undefined ? {} : { subQueueType }) } as const;
  const receiver =
    subscription === undefined
      ? client.createReceiver(name, options)
      : client.createReceiver(name, subscription, options);
  const taken: ServiceBusReceivedMessage[] = [];
  for (;;) {
    const more = await receiver.receiveMessages(100, { maxWaitTimeInMs: waitMs });
    if (more.length === 0) break;
    taken.push(...more);
  }
  await receiver.close();
  return taken;
}

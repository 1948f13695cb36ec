import type {
  ServiceBusClient,
  ServiceBusMessage,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import { randomUUID } from 'node:crypto';
import { REFUSAL_PROPERTY } from '../../../shared/messaging/commandQueue';

/** A queue, or a topic with one of its subscriptions. */
export interface DeadLetterSource {
  readonly entity: string;
  readonly subscription?: string | undefined;
}

const AT_ONCE = 10;
const WAIT_MS = 5_000;
/** What says why a message died is not the message's own. */
const NOT_SENT_AGAIN: ReadonlySet<string> = new Set([
  'DeadLetterReason',
  'DeadLetterErrorDescription',
  REFUSAL_PROPERTY,
]);

/** The dead-lettered messages that stand there now, oldest first; they stay where they are. */
export async function* deadLetters(receiver: ServiceBusReceiver): AsyncGenerator<ServiceBusReceivedMessage> {
  for (let from: ServiceBusReceivedMessage['sequenceNumber']; ;) {
    const page = await receiver.peekMessages(AT_ONCE, from === undefined ? {} : { fromSequenceNumber: from });
    yield* page;
    from = page.at(-1)?.sequenceNumber?.add(1);
    if (from === undefined) return;
  }
}

/** Receives the dead letters of the source; its owner closes it. */
export function openDeadLetters(
  client: ServiceBusClient,
  { entity, subscription }: DeadLetterSource,
): ServiceBusReceiver {
  const options = { subQueueType: 'deadLetter', skipParsingBodyAsJson: true } as const;
  return subscription === undefined
    ? client.createReceiver(entity, options)
    : client.createReceiver(entity, subscription, options);
}

/**
 * Sends as many dead letters again as stand there when it begins, each to where it first came: a subscription's to its
 * topic. One leaves the dead letters when its copy has been accepted, so that none is lost; stopped in between, one may be
 * sent twice. The copy has another messageId, for duplicate detection would drop it in silence; its body is the same to
 * the byte. `onSent` is told of each. Rejects with the SDK's own error.
 */
export async function sendAgain(
  client: ServiceBusClient,
  source: DeadLetterSource,
  onSent: (message: ServiceBusReceivedMessage) => void,
): Promise<void> {
  const receiver = openDeadLetters(client, source);
  const sender = client.createSender(source.entity);
  let left = 0;
  for await (const _letter of deadLetters(receiver)) left += 1;
  while (left > 0) {
    const messages = await receiver.receiveMessages(Math.min(left, AT_ONCE), { maxWaitTimeInMs: WAIT_MS });
    if (messages.length === 0) return; // another has taken them
    for (const message of messages) {
      await sender.sendMessages(toCopy(message));
      await receiver.completeMessage(message);
      onSent(message);
    }
    left -= messages.length;
  }
}

function toCopy({
  body,
  contentType,
  messageId,
  correlationId,
  sessionId,
  subject,
  to,
  replyTo,
  replyToSessionId,
  applicationProperties,
}: ServiceBusReceivedMessage): ServiceBusMessage {
  return {
    body: body as unknown,
    messageId: `${String(messageId ?? '').slice(0, 80)}.${randomUUID()}`,
    ...Object.fromEntries(
      Object.entries({ contentType, correlationId, sessionId, subject, to, replyTo, replyToSessionId }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    applicationProperties: Object.fromEntries(
      Object.entries(applicationProperties ?? {}).filter(([name]) => !NOT_SENT_AGAIN.has(name)),
    ),
  };
}

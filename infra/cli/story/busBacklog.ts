import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { isMissingEntity } from '../../../shared/messaging/translateBusError';
import { busEntities } from '../../../shared/messaging/busEntities';

/** What waits in one of the topic's subscriptions, as far as was looked. */
export interface Backlog {
  readonly subscription: string;
  readonly waiting: Peeked;
  readonly dead: Peeked;
}

export interface Peeked {
  readonly messages: readonly PeekedMessage[];
  /** Whether there may be more behind. */
  readonly isMore: boolean;
}

export interface PeekedMessage {
  /** Of the invitation that it is about. */
  readonly invitationId: string | undefined;
  readonly enqueuedAtMs: number;
  /** Why it is dead. */
  readonly reason: string | undefined;
}

const MOST_MESSAGES = 1000;
const AT_ONCE = 250;

/** Peeks at a subscription of the topic and at its dead letters, the oldest first; takes nothing. Undefined where it does not exist. */
export async function peekBacklog(client: ServiceBusClient, subscription: string): Promise<Backlog | undefined> {
  const receiver = client.createReceiver(busEntities.events, subscription, { skipParsingBodyAsJson: true });
  const deadLetters = client.createReceiver(busEntities.events, subscription, {
    subQueueType: 'deadLetter',
    skipParsingBodyAsJson: true,
  });
  try {
    const [waiting, dead] = await Promise.all([peek(receiver), peek(deadLetters)]);
    return { subscription, waiting, dead };
  } catch (error) {
    if (isMissingEntity(error)) return undefined;
    throw error;
  } finally {
    await Promise.allSettled([receiver.close(), deadLetters.close()]);
  }
}

async function peek(receiver: ServiceBusReceiver): Promise<Peeked> {
  const messages: PeekedMessage[] = [];
  let from: ServiceBusReceivedMessage['sequenceNumber'];
  while (messages.length < MOST_MESSAGES) {
    const page = await receiver.peekMessages(AT_ONCE, from === undefined ? {} : { fromSequenceNumber: from });
    messages.push(...page.map(toPeeked));
    from = page.at(-1)?.sequenceNumber?.add(1);
    if (from === undefined) return { messages, isMore: false };
  }
  return { messages, isMore: true };
}

function toPeeked({
  sessionId,
  enqueuedTimeUtc,
  deadLetterReason,
  deadLetterErrorDescription,
}: ServiceBusReceivedMessage): PeekedMessage {
  return {
    invitationId: sessionId,
    enqueuedAtMs: enqueuedTimeUtc?.getTime() ?? 0,
    reason: deadLetterReason ?? deadLetterErrorDescription,
  };
}

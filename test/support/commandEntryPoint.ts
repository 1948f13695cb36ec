import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { readProductConfig } from '../../infra/local/service-bus/config/productConfig';
import type { CommandReply } from '../../shared/messaging/commandQueue';

const REPLIES = 'replies';

/** A queue for replies whose readers wait for a session of theirs. */
export const SESSION_REPLIES = 'session-replies';

/** The product's entities, of which the queue `replies` is for local use, and a queue for replies with sessions. */
export function configWithReplies(): unknown {
  const config = readProductConfig();
  config.UserConfig.Namespaces[0].Queues.push({ Name: SESSION_REPLIES, Properties: { RequiresSession: true } });
  return config;
}

/** A downstream system that commands over the queue `invitation-commands`. */
export interface CommandEntryPoint {
  /** Sends the command and waits for its reply; the message's id is one of ours unless given. */
  ask(command: object, messageId?: string): Promise<CommandReply>;
  /** Sends the command and waits for its reply in the session `sessionId`; the reply's correlation id and session with it. */
  askInSession(command: object, sessionId: string): Promise<ServiceBusReceivedMessage>;
  /** Sends a body as it is; `replyTo` as a property of the message. */
  send(
    body: unknown,
    applicationProperties?: Readonly<Record<string, string>>,
    outside?: { readonly replyTo?: string; readonly messageId?: string },
  ): Promise<void>;
  /** The next message of the dead-letter queue. */
  deadLetter(): Promise<ServiceBusReceivedMessage>;
  close(): Promise<void>;
}

export function openCommandEntryPoint(connectionString: string): CommandEntryPoint {
  const client = new ServiceBusClient(connectionString);
  const sender = client.createSender('invitation-commands');
  const replies = client.createReceiver(REPLIES, { receiveMode: 'receiveAndDelete' });
  const deadLetters = client.createReceiver('invitation-commands', {
    subQueueType: 'deadLetter',
    receiveMode: 'receiveAndDelete',
  });
  const waiting = new Map<string, (reply: CommandReply) => void>();
  replies.subscribe({
    processMessage: ({ body, correlationId }) => {
      waiting.get(String(correlationId))?.(body as CommandReply);
      return Promise.resolve();
    },
    processError: () => Promise.resolve(),
  });
  let sent = 0;
  return {
    async ask(command, messageId = `command-${String(++sent)}`) {
      const reply = new Promise<CommandReply>((resolve) => waiting.set(messageId, resolve));
      await sender.sendMessages({ messageId, contentType: 'application/json', body: { ...command, replyTo: REPLIES } });
      return reply;
    },
    async askInSession(command, sessionId) {
      await sender.sendMessages({
        messageId: `session-${String(++sent)}`,
        contentType: 'application/json',
        body: command,
        replyTo: SESSION_REPLIES,
        replyToSessionId: sessionId,
      });
      const receiver = await client.acceptSession(SESSION_REPLIES, sessionId, { receiveMode: 'receiveAndDelete' });
      const [reply] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
      await receiver.close();
      if (reply === undefined) throw new Error('No reply came to the session.');
      return reply;
    },
    send: (body, applicationProperties = {}, outside = {}) =>
      sender.sendMessages({
        messageId: `raw-${String(++sent)}`,
        contentType: 'application/json',
        body,
        applicationProperties,
        ...outside,
      }),
    async deadLetter() {
      const [message] = await deadLetters.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
      if (message === undefined) throw new Error('Nothing came to the dead-letter queue.');
      return message;
    },
    close: () => client.close(),
  };
}

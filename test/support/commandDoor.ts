import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import type { CommandReply } from '../../shared/messaging/commandQueue';

const REPLIES = 'replies';

/** The product's entities and a queue for replies, as a downstream system would have one of its own. */
export function configWithReplies(): unknown {
  const config = JSON.parse(readFileSync(join(__dirname, '../../infra/local/service-bus/Config.json'), 'utf8')) as {
    UserConfig: { Namespaces: { Queues: unknown[] }[] };
  };
  config.UserConfig.Namespaces[0]?.Queues.push({ Name: REPLIES, Properties: {} });
  return config;
}

/** A downstream system that commands over the queue `invitation-commands`. */
export interface CommandDoor {
  /** Sends the command and waits for its reply. */
  ask(command: object): Promise<CommandReply>;
  /** Sends a body as it is. */
  send(body: unknown, applicationProperties?: Readonly<Record<string, string>>): Promise<void>;
  /** The next message of the dead-letter queue. */
  deadLetter(): Promise<ServiceBusReceivedMessage>;
  close(): Promise<void>;
}

export function openCommandDoor(connectionString: string): CommandDoor {
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
    async ask(command) {
      const messageId = `command-${String(++sent)}`;
      const reply = new Promise<CommandReply>((resolve) => waiting.set(messageId, resolve));
      await sender.sendMessages({ messageId, contentType: 'application/json', body: { ...command, replyTo: REPLIES } });
      return reply;
    },
    send: (body, applicationProperties = {}) =>
      sender.sendMessages({
        messageId: `raw-${String(++sent)}`,
        contentType: 'application/json',
        body,
        applicationProperties,
      }),
    async deadLetter() {
      const [message] = await deadLetters.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
      if (message === undefined) throw new Error('Nothing came to the dead-letter queue.');
      return message;
    },
    close: () => client.close(),
  };
}

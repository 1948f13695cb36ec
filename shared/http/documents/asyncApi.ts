import { busEntities } from '../../messaging/busEntities';
import { VERSION } from '../../version';
import { busExamples, commandExamples, replyExample, unreadableExample, type BusExample } from './examples/busExamples';
import {
  commandReplySchema,
  eventPropertiesSchema,
  queuedCommandSchema,
  unreadableEventSchema,
  unreadablePropertiesSchema,
} from './busMessages';
import { toJsonSchemas, type JsonObject } from './jsonSchemas';
import { eventSchemas, otherEventSchemas } from './schemas';

const DESCRIPTION =
  `What the relay sends to Azure Service Bus and takes from it. The document describes the ` +
  `relay: what it sends, a consumer receives, and the other way round.

Events are CloudEvents 1.0, structured JSON in the message’s body (\`application/cloudevents+json\`). Each is a ` +
  `whole snapshot. At least once, and once within the topic’s duplicate window of an hour; \`sequence\` orders the events of one invitation.

Beside the application properties each message of the topic has messageId (the event’s id), sessionId and ` +
  `CloudEvents subject (the invitation id; the account where there is none), subject (the type), and correlationId (the threadId).`;

const schemas = {
  ...eventSchemas,
  ...otherEventSchemas,
  InvitationCommand: { schema: queuedCommandSchema, direction: 'taken' },
  CommandReply: { schema: commandReplySchema, direction: 'given' },
  UnreadableEvent: { schema: unreadableEventSchema, direction: 'given' },
  EventProperties: { schema: eventPropertiesSchema, direction: 'given' },
  UnreadableProperties: { schema: unreadablePropertiesSchema, direction: 'given' },
} as const;

const ref = (path: string): JsonObject => ({ $ref: `#/${path}` });
const schemaRef = (name: keyof typeof schemas): JsonObject => ref(`components/schemas/${name}`);

/** The AsyncAPI 3.0 document of the topic and the queues, made from the zod schemas that the relay reads and writes with. */
export function createAsyncApi(): JsonObject {
  return {
    asyncapi: '3.0.0',
    info: { title: 'ucwa-relay', version: VERSION, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      serviceBus: {
        host: '{namespace}.servicebus.windows.net',
        protocol: 'amqp1',
        protocolVersion: '1.0',
        description:
          'AMQP 1.0 over TLS (port 5671), or over WebSockets (443). Microsoft Entra ID (Azure Service Bus Data ' +
          'Receiver or Sender) or a shared access key, by claims-based security.',
        variables: { namespace: { description: 'The Service Bus namespace', examples: ['contoso-relay'] } },
      },
    },
    channels: channels(),
    operations: operations(),
    components: {
      messages: { ...toEventMessages(), ...queueMessages() },
      schemas: toJsonSchemas(schemas, { target: 'draft-07', refPrefix: '#/components/schemas/' }),
    },
  };
}

function channels(): JsonObject {
  return {
    invitationEvents: channel(
      busEntities.events,
      'Topic. Read it through a subscription of your own; duplicate detection 1 hour, time to live 1 day.',
      Object.keys(eventMessages),
    ),
    invitationCommands: channel(
      busEntities.commands,
      'Queue, time to live 60 seconds. What is no command ends in its dead-letter queue with the reason.',
      ['invitationCommand'],
    ),
    commandReplies: {
      address: null,
      description: 'The queue that a command names in replyTo.',
      messages: { commandReply: ref('components/messages/commandReply') },
    },
    unreadableEvents: channel(
      busEntities.unreadable,
      'Queue. What the relay could not make an event of, raw, with the reason.',
      ['unreadableEvent'],
    ),
  };
}

function operations(): JsonObject {
  return {
    sendInvitationEvent: operation(
      'send',
      'invitationEvents',
      'Tell of an invitation, a call, a gap or a command',
      Object.keys(eventMessages),
    ),
    receiveInvitationCommand: {
      ...operation('receive', 'invitationCommands', 'Take a command', ['invitationCommand']),
      reply: {
        address: { location: '$message.payload#/replyTo', description: 'Where it is absent, nothing is answered' },
        channel: ref('channels/commandReplies'),
        messages: [ref('channels/commandReplies/messages/commandReply')],
      },
    },
    sendUnreadableEvent: operation('send', 'unreadableEvents', 'Keep what could not be read', ['unreadableEvent']),
  };
}

/** Messages of the topic: what they are called, their schema, and which types of event they carry. */
const eventMessages = {
  invitationEvent: {
    title: 'A call rings, changes, or has ended',
    schema: 'InvitationEvent',
    carries: /\.(started|updated|completed)$/,
  },
  callConnected: {
    title: 'A call was connected',
    schema: 'CallConnectedEvent',
    carries: /^ucwa\.call\.connected$/,
  },
  callEnded: {
    title: 'A call that was connected has ended',
    schema: 'CallEndedEvent',
    carries: /^ucwa\.call\.ended$/,
  },
  callContext: {
    title: 'A consumer attached what it knows to a call',
    schema: 'CallContextEvent',
    carries: /^ucwa\.call\.context$/,
  },
  channelGap: {
    title: 'Events of an account may have been lost',
    schema: 'ChannelGapEvent',
    carries: /^ucwa\.channel\.gap$/,
  },
  commandSettled: {
    title: 'A command was sent or refused',
    schema: 'CommandSettledEvent',
    carries: /^ucwa\.command\.settled$/,
  },
  subscriberReport: {
    title: 'A webhook subscriber fails, has recovered or was disabled',
    schema: 'SubscriberReportEvent',
    carries: /^ucwa\.subscription\.(failing|recovered|disabled)$/,
  },
} as const;

function toEventMessages(): JsonObject {
  const examples = busExamples();
  return Object.fromEntries(
    Object.entries(eventMessages).map(([name, { title, schema, carries }]) => [
      name,
      {
        name,
        title,
        contentType: 'application/cloudevents+json',
        headers: schemaRef('EventProperties'),
        payload: schemaRef(schema),
        correlationId: { location: '$message.payload#/correlationid', description: 'The conversation’s threadId' },
        examples: examples.filter(({ payload }) => carries.test(payload.type)),
      },
    ]),
  );
}

function queueMessages(): JsonObject {
  return {
    invitationCommand: {
      name: 'invitationCommand',
      title: 'Start a call, or accept, decline, cancel, hold, resume or hang up one',
      payload: schemaRef('InvitationCommand'),
      examples: Object.entries(commandExamples()).map(([name, payload]): Partial<BusExample> & { name: string } => ({
        name,
        payload,
      })),
    },
    commandReply: {
      name: 'commandReply',
      title: 'What came of a command',
      payload: schemaRef('CommandReply'),
      examples: [{ name: 'sent', payload: replyExample() }],
    },
    unreadableEvent: {
      name: 'unreadableEvent',
      title: 'What could not be read',
      headers: schemaRef('UnreadableProperties'),
      payload: schemaRef('UnreadableEvent'),
      examples: [{ name: 'noLink', ...unreadableExample() }],
    },
  };
}

function channel(address: string, description: string, messages: readonly string[]): JsonObject {
  return {
    address,
    description,
    servers: [ref('servers/serviceBus')],
    messages: Object.fromEntries(messages.map((name) => [name, ref(`components/messages/${name}`)])),
  };
}

function operation(
  action: 'send' | 'receive',
  channelName: string,
  summary: string,
  messages: readonly string[],
): JsonObject {
  return {
    action,
    channel: ref(`channels/${channelName}`),
    summary,
    messages: messages.map((name) => ref(`channels/${channelName}/messages/${name}`)),
  };
}

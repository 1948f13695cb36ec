import { flatExample, invitationExamples, otherEventExamples, teamsExample } from './examples/eventExamples';
import type { JsonObject } from './jsonSchemas';
import type { SchemaName } from './schemas';

const SENDING =
  `Signed by Standard Webhooks: check \`webhook-signature\` over \`id.timestamp.body\` with the ` +
  `subscription’s secret, and drop a timestamp that is more than five minutes off. Answer 2xx within 5 seconds ` +
  `while a call rings, else within 15.

At least once, and in the order of one invitation; the same event always has the same \`webhook-id\`. 410 ends ` +
  `the subscription, 429 and 503 with Retry-After slow it down, a redirect is never followed. What rings is not ` +
  `sent after \`expirytime\`; everything else is tried again over three days.`;

const answers = {
  '2XX': { description: 'The event has arrived' },
  '410': { description: 'Send no more: the subscription is disabled' },
  '429': { description: 'Later: Retry-After is honoured' },
};

const teamsMessage = {
  type: 'object',
  description: 'For the Teams workflow “When a Teams webhook request is received”: an Adaptive Card',
  properties: { type: { const: 'message' }, attachments: { type: 'array', items: { type: 'object' } } },
  required: ['type', 'attachments'],
};

/** What a subscriber receives, by the kind of event. */
export function openApiWebhooks(): JsonObject {
  const { connected, ended, context, gap, settled, failing, recovered, disabled, test } = otherEventExamples();
  return {
    invitation: webhook('onInvitation', 'A call rings, changes, or has ended', {
      'application/cloudevents+json': content('InvitationEvent', invitationExamples()),
      'application/json': {
        schema: { anyOf: [{ $ref: '#/components/schemas/FlatEvent' }, teamsMessage] },
        examples: {
          flat: { summary: 'format: flat', value: flatExample() },
          teams: { summary: 'format: teams', value: teamsExample() },
        },
      },
    }),
    callConnected: webhook('onCallConnected', 'A call was connected', {
      'application/cloudevents+json': content('CallConnectedEvent', { connected }),
    }),
    callEnded: webhook('onCallEnded', 'A call that was connected has ended', {
      'application/cloudevents+json': content('CallEndedEvent', { ended }),
    }),
    callContext: webhook('onCallContext', 'A consumer attached what it knows to a call', {
      'application/cloudevents+json': content('CallContextEvent', { context }),
    }),
    channelGap: webhook('onChannelGap', 'Events of an account may have been lost', {
      'application/cloudevents+json': content('ChannelGapEvent', { gap }),
    }),
    commandSettled: webhook('onCommandSettled', 'A command was sent or refused; only where filters.types names it', {
      'application/cloudevents+json': content('CommandSettledEvent', { settled }),
    }),
    subscriberReport: webhook(
      'onSubscriberReport',
      'Another subscriber fails, has recovered or was disabled; only where filters.types names it',
      { 'application/cloudevents+json': content('SubscriberReportEvent', { failing, recovered, disabled }) },
    ),
    test: webhook('onTest', 'What the test route sends', {
      'application/cloudevents+json': content('SubscriptionTestEvent', { test }),
    }),
  };
}

function webhook(operationId: string, summary: string, bodies: JsonObject): JsonObject {
  const headers = ['WebhookId', 'WebhookTimestamp', 'WebhookSignature'].map((name) => ({
    $ref: `#/components/parameters/${name}`,
  }));
  return {
    post: {
      operationId,
      summary,
      description: SENDING,
      security: [],
      parameters: headers,
      requestBody: { required: true, content: bodies },
      responses: answers,
    },
  };
}

function content(schema: SchemaName, examples: Readonly<Record<string, unknown>>): JsonObject {
  return {
    schema: { $ref: `#/components/schemas/${schema}` },
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  };
}

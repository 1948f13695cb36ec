import type { EncodedMessage } from './encodedMessage';
import { createHash } from 'node:crypto';
import type { RelayEvent } from '../invitations/events/relayEvent';
import { toCloudEvent } from '../invitations/events/cloudEvent';
import { withTraceProperties } from './traceProperties';

/** Service Bus: "Message ID" and "Session ID" at most 128 characters (Service Bus quotas). */
const MAX_ID_CHARACTERS = 128;

/** Fields of `data` that subscriptions may filter by, beside `type` and `account`. */
const filterable = ['kind', 'event', 'direction', 'state', 'importance'] as const;

/**
 * The event as a message of the topic: structured CloudEvents JSON (CloudEvents AMQP Protocol Binding §3.2), with what
 * filters and sessions need outside the body. The bytes go into an AMQP data section, so that a receiver of any Azure
 * SDK sees the JSON: in JavaScript `message.body` is the parsed object.
 */
export function toServiceBusMessage(event: RelayEvent): EncodedMessage {
  const message: EncodedMessage = {
    body: Buffer.from(JSON.stringify(toCloudEvent(event)), 'utf8'),
    contentType: 'application/cloudevents+json',
    messageId: shortId(event.id),
    sessionId: shortId(event.subject),
    subject: event.type,
    ...(event.correlationId !== undefined && { correlationId: event.correlationId }),
    applicationProperties: { type: event.type, account: event.account, ...filterableProperties(event.data) },
  };
  return withTraceProperties(message, event.traceParent);
}

function filterableProperties(data: unknown): Record<string, string> {
  const properties: Record<string, string> = {};
  if (typeof data !== 'object' || data === null) return properties;
  for (const name of filterable) {
    const value: unknown = Reflect.get(data, name);
    if (typeof value === 'string') properties[name] = value;
  }
  return properties;
}

/** The text itself, or its hash where Service Bus would refuse it (an account's address may be longer). */
function shortId(text: string): string {
  return text.length <= MAX_ID_CHARACTERS ? text : createHash('sha256').update(text).digest('base64url');
}

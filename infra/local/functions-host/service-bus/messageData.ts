import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RpcTypedData } from '../worker/functionsCore';

/** .NET's DateTime.MaxValue: a message without a time to live never expires. */
const NEVER = '9999-12-31T23:59:59.9999999';

/**
 * The body as the host hands it to the library, which parses a string as JSON where it can. The receiver must not have
 * parsed it: `skipParsingBodyAsJson`. AMQP values and sequences become JSON.
 */
export function toMessageBody({ body }: { readonly body: unknown }, dataType: 'string' | 'binary'): RpcTypedData {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));
  return dataType === 'binary' ? { bytes } : { string: bytes.toString('utf8') };
}

/**
 * What the Service Bus extension says about a message, in its names and formats (azure-sdk-for-net,
 * ServiceBusTriggerBindingStrategy): text as the library makes it of a string, everything else as JSON, nothing for what the message lacks.
 *
 * Two things surprise those who know only the JavaScript SDK: `DeliveryCount` is 1 at the first delivery, since .NET
 * counts the one under way, and the `…Utc` times have no zone at their end (`EnqueuedTime` and `ExpiresAt` have).
 */
export function toMessageMetadata(message: ServiceBusReceivedMessage): Record<string, RpcTypedData> {
  const enqueued = message.enqueuedTimeUtc?.toISOString().slice(0, -1);
  const expires = message.expiresAtUtc?.toISOString().slice(0, -1) ?? NEVER;
  const applicationProperties = toJson(message.applicationProperties ?? {});
  const metadata: Record<string, RpcTypedData | undefined> = {
    DeliveryCount: toJson((message.deliveryCount ?? 0) + 1),
    DeadLetterSource: toText(message.deadLetterSource),
    LockToken: toText(message.lockToken),
    ExpiresAtUtc: toJson(expires),
    ExpiresAt: toJson(`${expires}+00:00`),
    EnqueuedTimeUtc: enqueued === undefined ? undefined : toJson(enqueued),
    EnqueuedTime: enqueued === undefined ? undefined : toJson(`${enqueued}+00:00`),
    MessageId: toText(message.messageId),
    ContentType: toText(message.contentType),
    ReplyTo: toText(message.replyTo),
    SequenceNumber: { json: message.sequenceNumber?.toString() ?? '0' },
    To: toText(message.to),
    Subject: toText(message.subject),
    Label: toText(message.subject),
    CorrelationId: toText(message.correlationId),
    ApplicationProperties: applicationProperties,
    UserProperties: applicationProperties,
    SessionId: toText(message.sessionId),
    ReplyToSessionId: toText(message.replyToSessionId),
    PartitionKey: toText(message.partitionKey),
  };
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, RpcTypedData] => entry[1] !== undefined),
  );
}

const toJson = (value: unknown): RpcTypedData => ({ json: JSON.stringify(value) });

/** What JSON may begin with, and what all of it must be where it is neither text, list nor object. */
const MAY_BE_JSON = /^\s*(["[{]|(-?\d[\d.eE+-]*|true|false|null)\s*$)/;

/**
 * The SDK says null for some properties that are not there, whatever its types say. Azure's host gives text as string; the
 * library parses every string as JSON and keeps it where that throws, and throwing costs: what cannot be JSON comes as JSON
 * text here, with the same result.
 */
function toText(value: string | number | Buffer | null | undefined): RpcTypedData | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  return MAY_BE_JSON.test(text) ? { string: text } : toJson(text);
}

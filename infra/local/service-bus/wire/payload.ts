import { amqpDescribed, amqpList, amqpString, amqpUlong, createReader, encodeValue, type AmqpValue } from './amqpCodec';
import { readAnnotations, type ClientAnnotations } from './annotations';
import { propertyField } from './propertyField';
import { readSectionCode, sectionCode } from './sectionCode';

/**
 * What a client sent, kept as the bytes it sent so that every AMQP type survives. Immutable and shared by all
 * subscriptions that hold the message; only `holders` counts.
 */
export interface Payload {
  /** All sections from header to footer, re-encoded nowhere. */
  readonly raw: Buffer;
  readonly durable: boolean;
  readonly priority: number | undefined;
  /** The message's own time to live. */
  readonly ttlMs: number | undefined;
  readonly scheduledEnqueueTimeMs: number | undefined;
  /** Never empty: one is stamped where the client gave none, because the SDK cannot settle a message without. */
  readonly messageId: string;
  /** The session, `group-id` on the wire. */
  readonly sessionId: string | undefined;
  /** The client's message annotations, key and value by turns, without those that the broker sets itself. */
  readonly annotations: Buffer;
  readonly annotationCount: number;
  /** Whole sections with their descriptors; empty where the message has none. */
  readonly properties: Buffer;
  readonly applicationProperties: Buffer;
  /** The body sections and the footer. */
  readonly body: Buffer;
  /** How many queues and subscriptions hold it now. */
  holders: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * Reads one encoded message (AMQP 1.0 part 3, 3.2) as far as the broker needs: the body is not looked into.
 * @param createMessageId makes the id of a message that has none.
 * @throws RangeError, TypeError (rhea's) on malformed bytes.
 */
export function parsePayload(encoded: Buffer, createMessageId: () => string): Payload {
  // A copy, so that a waiting message does not keep the whole network buffer alive that it came in.
  const raw = Buffer.from(encoded);
  const reader = createReader(raw);
  let header: readonly AmqpValue[] = [];
  let annotations: ClientAnnotations = { kept: NOTHING, count: 0, scheduledEnqueueTimeMs: undefined };
  let properties: Buffer = NOTHING;
  let fields: readonly AmqpValue[] = [];
  let applicationProperties: Buffer = NOTHING;

  while (reader.remaining() > 0) {
    const start = reader.position;
    const { code, valueOffset } = readSectionCode(raw, start);
    if (code >= sectionCode.data) break;
    if (code === sectionCode.messageAnnotations) {
      annotations = readAnnotations(raw, valueOffset);
      reader.position = start;
    }
    const section = reader.read();
    if (code === sectionCode.header) header = listOf(section);
    else if (code === sectionCode.properties) {
      properties = raw.subarray(start, reader.position);
      fields = listOf(section);
    } else if (code === sectionCode.applicationProperties) applicationProperties = raw.subarray(start, reader.position);
  }
  if (reader.position > raw.length) throw new RangeError('The message ends in the middle of a section.');

  let messageId = messageIdOf(fields[propertyField.messageId]);
  if (messageId === undefined) {
    messageId = createMessageId();
    properties = withMessageId(fields, messageId);
  }
  return {
    raw,
    durable: header[0]?.value === true,
    priority: numberOf(header[1]),
    ttlMs: numberOf(header[2]),
    scheduledEnqueueTimeMs: annotations.scheduledEnqueueTimeMs,
    messageId,
    sessionId: stringOf(fields[propertyField.sessionId]),
    annotations: annotations.kept,
    annotationCount: annotations.count,
    properties,
    applicationProperties,
    body: raw.subarray(reader.position),
    holders: 0,
  };
}

/** The messages in a batch (message format 0x80013700): one encoded message in each data section. */
export function* splitBatch(batch: Buffer): Generator<Buffer> {
  const reader = createReader(batch);
  while (reader.remaining() > 0) {
    const { code } = readSectionCode(batch, reader.position);
    const section = reader.read();
    if (code === sectionCode.data && Buffer.isBuffer(section.value)) yield section.value;
  }
}

function listOf(section: AmqpValue): readonly AmqpValue[] {
  return Array.isArray(section.value) ? (section.value as readonly AmqpValue[]) : [];
}

function withMessageId(fields: readonly AmqpValue[], messageId: string): Buffer {
  return encodeValue(
    amqpDescribed(amqpUlong(sectionCode.properties), amqpList([amqpString(messageId), ...fields.slice(1)])),
  );
}

const numberOf = (field: AmqpValue | undefined): number | undefined =>
  typeof field?.value === 'number' ? field.value : undefined;
const stringOf = (field: AmqpValue | undefined): string | undefined =>
  typeof field?.value === 'string' ? field.value : undefined;

/** Ids of different AMQP types never compare equal, so the type is part of all but strings. */
function messageIdOf(field: AmqpValue | undefined): string | undefined {
  const value = field?.value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? `bytes:${value.toString('hex')}` : `number:${Number(value)}`;
}

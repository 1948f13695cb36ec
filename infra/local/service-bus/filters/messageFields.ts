import { createReader, mapEntries, type AmqpValue } from '../wire/amqpCodec';
import type { Payload } from '../wire/payload';
import { propertyField } from '../wire/propertyField';
import { OpaqueValue, toFilterValue, type FilterValue } from './filterValue';

/** The system properties in a message's properties section (`sys.Label` and the like), by their name in lower case. */
const SECTION_FIELDS: Readonly<Record<string, number>> = {
  contenttype: propertyField.contentType,
  correlationid: propertyField.correlationId,
  label: propertyField.subject,
  messageid: propertyField.messageId,
  replyto: propertyField.replyTo,
  replytosessionid: propertyField.replyToSessionId,
  sessionid: propertyField.sessionId,
  subject: propertyField.subject,
  to: propertyField.to,
};

/** What a topic knows of a message as it comes in. */
export interface Arriving {
  readonly payload: Payload;
  readonly enqueuedTimeMs: number;
  readonly sequenceNumber: number;
}

/** The others that filters can name. */
const ARRIVAL_FIELDS: Readonly<Record<string, (message: Arriving) => FilterValue | undefined>> = {
  enqueuedtimeutc: ({ enqueuedTimeMs }) => new OpaqueValue('time', enqueuedTimeMs),
  enqueuedsequencenumber: ({ sequenceNumber }) => BigInt(sequenceNumber),
  sequencenumber: ({ sequenceNumber }) => BigInt(sequenceNumber),
  deliverycount: () => 0n,
  scheduledenqueuetimeutc: ({ payload: { scheduledEnqueueTimeMs: atMs } }) =>
    atMs === undefined ? undefined : new OpaqueValue('time', atMs),
};

export const isSystemField = (name: string): boolean =>
  name.toLowerCase() in SECTION_FIELDS || name.toLowerCase() in ARRIVAL_FIELDS;

/** What a filter can see; undefined where the message does not have it. */
export interface MessageFields {
  /** Whatever the case of the name. */
  system(name: string): FilterValue | undefined;
  property(name: string): FilterValue | undefined;
  /** As SQL names it: the case does not matter. */
  propertyInAnyCase(name: string): FilterValue | undefined;
}

/** Reads a section only when a filter asks for it, and once for all filters. */
export function createMessageFields(message: Arriving): MessageFields {
  const { payload } = message;
  let fields: readonly AmqpValue[] | undefined;
  let properties: Map<string, AmqpValue> | undefined;
  let inLowerCase: Map<string, AmqpValue> | undefined;
  const read = (): Map<string, AmqpValue> =>
    (properties ??=
      payload.applicationProperties.length === 0
        ? new Map<string, AmqpValue>()
        : mapEntries(createReader(payload.applicationProperties).read()));
  return {
    system: (name) => {
      const known = name.toLowerCase();
      const ofArrival = ARRIVAL_FIELDS[known];
      if (ofArrival !== undefined) return ofArrival(message);
      fields ??=
        payload.properties.length === 0 ? [] : (createReader(payload.properties).read().value as readonly AmqpValue[]);
      return toFilterValue(fields[SECTION_FIELDS[known] ?? -1]);
    },
    property: (name) => toFilterValue(read().get(name)),
    propertyInAnyCase: (name) => {
      inLowerCase ??= new Map([...read()].map(([key, value]) => [key.toLowerCase(), value]));
      return toFilterValue(inLowerCase.get(name.toLowerCase()));
    },
  };
}

export type MessageFilter = (fields: MessageFields) => boolean;

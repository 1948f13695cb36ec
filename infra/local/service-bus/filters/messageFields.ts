import { createReader, type AmqpValue } from '../wire/amqpCodec';
import { readApplicationProperties } from '../wire/mergeApplicationProperties';
import type { Payload } from '../wire/payload';
import { propertyField } from '../wire/propertyField';

/** The system properties that filters can name (`sys.Label` and the like), by their name in lower case. */
const SYSTEM_FIELDS: Readonly<Record<string, number>> = {
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

export const isSystemField = (name: string): boolean => name.toLowerCase() in SYSTEM_FIELDS;

/** What a filter can look at; undefined where the message does not have it. */
export interface MessageFields {
  system(name: string): unknown;
  property(name: string): unknown;
}

/** Reads a section only when a filter asks for it, and once for all filters. */
export function createMessageFields(payload: Payload): MessageFields {
  let fields: readonly AmqpValue[] | undefined;
  let properties: Map<string, unknown> | undefined;
  return {
    system: (name) => {
      fields ??=
        payload.properties.length === 0 ? [] : (createReader(payload.properties).read().value as readonly AmqpValue[]);
      return fields[SYSTEM_FIELDS[name.toLowerCase()] ?? -1]?.value ?? undefined;
    },
    property: (name) => {
      properties ??= readApplicationProperties(payload.applicationProperties);
      return properties.get(name) ?? undefined;
    },
  };
}

import { createReader, mapEntries, type AmqpValue } from '../wire/amqpCodec';
import { propertyField } from '../wire/propertyField';
import { sectionCode } from '../wire/sectionCode';

/** A request to `$cbs` or `$management`: its values keep their AMQP types. */
export interface RequestMessage {
  readonly messageId: AmqpValue | undefined;
  readonly correlationId: AmqpValue | undefined;
  readonly replyTo: string | undefined;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly body: AmqpValue | undefined;
}

/** @throws RangeError, TypeError (rhea's) on malformed bytes. */
export function readRequest(encoded: Buffer): RequestMessage {
  const reader = createReader(encoded);
  const sections = new Map<unknown, AmqpValue>();
  while (reader.remaining() > 0) {
    const section = reader.read();
    sections.set(section.descriptor?.value, section);
  }
  const fields = listOf(sections.get(sectionCode.properties));
  const replyTo = fields[propertyField.replyTo]?.value;
  return {
    messageId: present(fields[propertyField.messageId]),
    correlationId: present(fields[propertyField.correlationId]),
    replyTo: typeof replyTo === 'string' ? replyTo : undefined,
    applicationProperties: Object.fromEntries(
      [...mapEntries(sections.get(sectionCode.applicationProperties))].map(([name, { value }]) => [name, value]),
    ),
    body: sections.get(sectionCode.amqpValue),
  };
}

const listOf = (section: AmqpValue | undefined): readonly AmqpValue[] =>
  Array.isArray(section?.value) ? (section.value as readonly AmqpValue[]) : [];

const present = (field: AmqpValue | undefined): AmqpValue | undefined =>
  field?.value === null || field?.value === undefined ? undefined : field;

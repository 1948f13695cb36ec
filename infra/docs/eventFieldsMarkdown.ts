import { createEventSchema } from '../../shared/http/documents/eventSchema';
import type { JsonObject } from '../../shared/http/documents/jsonSchemas';
import { code, markdownTable } from './markdownTable';

/** The members of an event's `data`, as the JSON Schema has them. */
export function eventFieldsMarkdown(): string {
  const schema = createEventSchema();
  const definitions = schema['$defs'] as Readonly<Record<string, JsonObject>>;
  return markdownTable(['Member', 'Type', 'Meaning'], rowsOf(definitions['InvitationData'] ?? {}, '', definitions));
}

function rowsOf(
  schema: JsonObject,
  prefix: string,
  definitions: Readonly<Record<string, JsonObject>>,
): readonly (readonly string[])[] {
  const members = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonObject>>);
  const required = (schema['required'] ?? []) as readonly string[];
  return members.flatMap(([name, member]) => {
    const item = (member['items'] ?? member) as JsonObject;
    const target = resolve(item, definitions);
    const path = `${prefix}${name}${member['items'] === undefined ? '' : '[]'}`;
    const own = [
      `${code(path)}${required.includes(name) && prefix === '' ? ' *' : ''}`,
      typeOf(item, target),
      textOf(member, 'description') ?? textOf(item, 'description') ?? '',
    ];
    // A person is told once, not at each of the places where one stands.
    const nested =
      target['properties'] === undefined || item['$ref'] === '#/$defs/Person'
        ? []
        : rowsOf(target, `${path}.`, definitions);
    return [own, ...nested];
  });
}

function resolve(schema: JsonObject, definitions: Readonly<Record<string, JsonObject>>): JsonObject {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? (definitions[reference.replace('#/$defs/', '')] ?? {}) : schema;
}

function typeOf(item: JsonObject, target: JsonObject): string {
  if (item['$ref'] === '#/$defs/Person') return '{`uri`, `name`, `resolved`}';
  const values = target['enum'] as readonly string[] | undefined;
  return values === undefined ? (textOf(target, 'type') ?? '') : values.map(code).join(' ');
}

function textOf(schema: JsonObject, keyword: string): string | undefined {
  const text = schema[keyword];
  return typeof text === 'string' ? text : undefined;
}

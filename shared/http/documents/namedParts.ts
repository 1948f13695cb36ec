import type { JsonObject } from './jsonSchemas';

/**
 * The schemas with a name for every part of them: an object or an enumeration that stands within another schema becomes
 * a schema of its own, called after both (`InvitationDataMedia`, `OutcomeResult`). Generators of clients make up names
 * like `Member1` otherwise, and other ones with each version. Pure.
 * @param refPrefix how a schema refers to another one of them.
 */
export function withNamedParts(
  schemas: Readonly<Record<string, JsonObject>>,
  refPrefix: string,
): Readonly<Record<string, JsonObject>> {
  const named: Record<string, JsonObject> = {};
  const toReference = (value: unknown, name: string): unknown => {
    if (!isObject(value)) return value;
    const inner = membersNamed(value, name);
    if (!isNameable(inner)) return inner;
    const { description, ...schema } = inner;
    const free = freeName(name, schemas, named);
    named[free] = schema;
    return { $ref: `${refPrefix}${free}`, ...(description === undefined ? {} : { description }) };
  };
  const membersNamed = (schema: JsonObject, name: string): JsonObject => ({
    ...schema,
    ...(isObject(schema['properties']) && {
      properties: Object.fromEntries(
        Object.entries(schema['properties']).map(([member, value]) => [
          member,
          toReference(value, name + capitalised(member)),
        ]),
      ),
    }),
    ...(isObject(schema['items']) && { items: toReference(schema['items'], singular(name)) }),
    ...(isObject(schema['additionalProperties']) && {
      additionalProperties: toReference(schema['additionalProperties'], singular(name)),
    }),
  });
  const tops = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, membersNamed(schema, name)]));
  return { ...tops, ...named };
}

function isNameable(schema: JsonObject): boolean {
  return isObject(schema['properties']) || (Array.isArray(schema['enum']) && schema['enum'].length > 1);
}

function freeName(name: string, ...taken: readonly Readonly<Record<string, unknown>>[]): string {
  const isTaken = (one: string): boolean => taken.some((names) => Object.hasOwn(names, one));
  if (!isTaken(name)) return name;
  return freeName(`${name}Value`, ...taken);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function singular(name: string): string {
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/([^s])s$/, '$1');
}

import { flatCallSchema } from '../../webhooks/formats/flatCall';
import type { JsonObject } from '../documents/jsonSchemas';

/** What a schema of OpenAPI 2.0 may hold (Schema Object; JSON Schema draft 4 and less of it). */
const kept = new Set([
  ...['$ref', 'type', 'format', 'description', 'default', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'required', 'properties', 'items', 'additionalProperties'],
]);

/**
 * A JSON Schema (draft 4) as a connector shows it: each member has its title as `x-ms-summary` and a sentence as its
 * description (custom connectors, "OpenAPI extensions"). Pure.
 */
export function toSwaggerSchema(schema: JsonObject): JsonObject {
  const { title, description, properties, items } = schema;
  return {
    ...Object.fromEntries(
      Object.entries(schema).filter(([keyword]) => kept.has(keyword) || keyword.startsWith('x-ms-')),
    ),
    ...(typeof title === 'string' && { 'x-ms-summary': title }),
    ...(typeof description === 'string' && { description: toSentence(description) }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          isObject(property) ? toMember(name, property) : property,
        ]),
      ),
    }),
    ...(isObject(items) && { items: toSwaggerSchema(items) }),
  };
}

/** A member without a title of its own is called by its name. An invitation is a call to those who make flows. */
function toMember(name: string, { $ref, ...schema }: JsonObject): JsonObject {
  if ($ref !== undefined) return { $ref };
  return toSwaggerSchema({
    title: toTitle(name),
    ...schema,
    ...(name === 'invitationId' && flatCallSchema.shape.invitationId.meta()),
  });
}

/** `callerName` → `Caller Name`. */
function toTitle(name: string): string {
  const words = name
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .split(' ');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** With a full stop at its end. */
export function toSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

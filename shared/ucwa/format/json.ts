import type { PropertyValue } from '../../invitations/resource';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, PropertyValue>>;

/** The value if it is an object (not null, not an array). */
export function asObject(value: PropertyValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A list as it is, a single value as a list of one, nothing as an empty list: UCWA makes no difference between them. */
export function asList(value: PropertyValue | undefined): readonly PropertyValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly PropertyValue[]) : [value];
}

/** The value if it is a text that says something. */
export function asText(value: PropertyValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

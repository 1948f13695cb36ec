import { flatCallEventSchema } from '../../webhooks/formats/flatEvent';
import { commandSentSchema } from '../documents/answers';
import { toJsonSchemas, type JsonObject, type NamedSchema } from '../documents/jsonSchemas';
import { apiSchemas } from '../documents/schemas';
import { callSomebodySchema, rejectSchema } from './connectorSchemas';
import { toSwaggerSchema } from './toSwaggerSchema';

/** What the connector can name: the API's own schemas, and what only flows see. */
const schemas = {
  ...apiSchemas,
  // A flow sends no `Prefer`, so that nothing waits for an outcome.
  CommandSent: { schema: commandSentSchema.omit({ outcome: true }), direction: 'given' },
  CallEvent: { schema: flatCallEventSchema, direction: 'given' },
  CallSomebody: { schema: callSomebodySchema, direction: 'taken' },
  Reject: { schema: rejectSchema, direction: 'taken' },
} as const satisfies Record<string, NamedSchema>;

export type DefinitionName = keyof typeof schemas;

/** Every schema by name, in OpenAPI 2.0, referring to the others as `#/definitions/<name>`. */
export function allDefinitions(): Readonly<Record<string, JsonObject>> {
  const jsonSchemas = toJsonSchemas(schemas, { target: 'draft-04', refPrefix: REFERENCE });
  return Object.fromEntries(Object.entries(jsonSchemas).map(([name, schema]) => [name, toSwaggerSchema(schema)]));
}

/** The named ones and those that they hold, sorted by name. */
export function neededDefinitions(
  all: Readonly<Record<string, JsonObject>>,
  names: Iterable<DefinitionName>,
): JsonObject {
  const needed = new Set<string>(names);
  for (const name of needed) {
    for (const [, held = ''] of JSON.stringify(all[name]).matchAll(/"#\/definitions\/(\w+)"/g)) needed.add(held);
  }
  return Object.fromEntries([...needed].sort().map((name) => [name, all[name]]));
}

export function reference(name: DefinitionName): JsonObject {
  return { $ref: `${REFERENCE}${name}` };
}

const REFERENCE = '#/definitions/';

import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a schema says what is taken (defaults may be left out, unknown members are refused) or what is given. */
export type Direction = 'taken' | 'given';

export interface NamedSchema {
  readonly schema: z.ZodType;
  readonly direction: Direction;
}

export interface JsonSchemaOptions {
  readonly target: 'draft-04' | 'draft-07' | 'draft-2020-12';
  /** How a schema refers to another one of them, for example `#/components/schemas/`. */
  readonly refPrefix: string;
  /**
   * Writes defaults of what is taken into the descriptions. As `default` they make members that may be left out required in
   * generated clients, which then send all of them.
   */
  readonly describesDefaults?: boolean;
}

/**
 * JSON Schemas of zod schemas by name; where one holds another it refers to it. What is given is left open for members
 * of a later version, so that a consumer who validates is not broken by them. Pure.
 */
export function toJsonSchemas(
  schemas: Readonly<Record<string, NamedSchema>>,
  { target, refPrefix, describesDefaults = false }: JsonSchemaOptions,
): Readonly<Record<string, JsonObject>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, { schema }] of Object.entries(schemas)) registry.add(schema, { id });
  const convert = (direction: Direction): Record<string, JsonObject> =>
    z.toJSONSchema(registry, {
      target,
      io: direction === 'taken' ? 'input' : 'output',
      uri: (id) => `${refPrefix}${id}`,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        simplify(jsonSchema, direction);
        if (describesDefaults) describeDefault(jsonSchema);
      },
    }).schemas;
  const byDirection = { taken: convert('taken'), given: convert('given') };
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { direction }]) => [id, withoutIdentity(byDirection[direction][id] ?? {})]),
  );
}

/** Leaves out what only repeats the format, and zod's bounds of safe integers. */
function simplify(jsonSchema: z.core.JSONSchema.BaseSchema, direction: Direction): void {
  if (direction === 'given' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  // Generators of clients warn of a format that they do not know.
  if (jsonSchema.format === 'uri') {
    delete jsonSchema.format;
    jsonSchema.pattern = '^https?://';
  }
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // Generated clients would send an object of their own for it, with the first value of each enumeration.
  if (JSON.stringify(jsonSchema.default) === '{}') delete jsonSchema.default;
  joinNull(jsonSchema);
}

/** Moves a schema's `default` to its description. */
export function describeDefault(schema: Pick<z.core.JSONSchema.BaseSchema, 'default' | 'description'>): void {
  if (schema.default === undefined) return;
  const { default: value, description } = schema;
  const text = Array.isArray(value) ? value.join(', ') : JSON.stringify(value).replaceAll('"', '');
  schema.description = [...(description === undefined ? [] : [description]), `${text} unless given`].join('; ');
  delete schema.default;
}

/** `T or null` as one schema with two types: of alternatives, generators of clients make classes called `Member1`. */
function joinNull(jsonSchema: z.core.JSONSchema.BaseSchema): void {
  const [value, none, ...others] = jsonSchema.anyOf ?? [];
  if (value?.type === undefined || none?.type !== 'null' || others.length > 0) return;
  delete jsonSchema.anyOf;
  // An enumeration allows what it names, whatever the types.
  const withNull = value.enum === undefined ? {} : { enum: [...value.enum, null] };
  Object.assign(jsonSchema, value, { type: [value.type, 'null'] }, withNull);
}

function withoutIdentity(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}

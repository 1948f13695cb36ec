import fc from 'fast-check';

/** A JSON Schema as the OpenAPI document has it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

export interface RequestArbitraries {
  /** Any value that the schema allows. */
  allowed(schema: Schema): fc.Arbitrary<unknown>;
  /** A value with one fault by the schema; undefined for a schema that forbids nothing. */
  forbidden(schema: Schema): fc.Arbitrary<unknown> | undefined;
}

/** Requests long enough to show a rule, short enough to send many. */
const MOST_ITEMS = 3;
const MOST_CHARACTERS = 40;

/** @param named the document's schemas, to which a `$ref` refers by its last part. */
export function createRequestArbitraries(named: Readonly<Record<string, Schema>>): RequestArbitraries {
  const resolve = (schema: Schema): Schema => {
    if (Array.isArray(schema.type)) return { anyOf: schema.type.map((type: string) => ({ ...schema, type })) };
    if (schema.$ref === undefined) return schema;
    const found = named[schema.$ref.split('/').at(-1) ?? ''];
    if (found === undefined) throw new Error(`There is no schema ${schema.$ref}.`);
    return found;
  };

  const allowed = (given: Schema): fc.Arbitrary<unknown> => {
    const schema = resolve(given);
    if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(allowed));
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    switch (schema.type) {
      case 'string':
        return allowedText(schema);
      case 'integer':
        return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(allowed(schema.items ?? {}), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS),
        });
      case 'object':
        return allowedObject(schema, allowed);
      case undefined:
      default:
        return allowedOfNoType(schema);
    }
  };

  const forbidden = (given: Schema): fc.Arbitrary<unknown> | undefined => {
    const schema = resolve(given);
    if (schema.anyOf !== undefined) {
      const isNull = schema.anyOf.some(({ type }) => type === 'null');
      const faults = schema.anyOf.flatMap((one) => forbidden(one) ?? []);
      return fc.oneof(...faults).filter((value) => !(isNull && value === null) && typeof value !== 'number');
    }
    if (schema.enum !== undefined)
      return fc.oneof(fc.constantFrom(null, 7, {}, ''), fc.string()).filter(isNoneOf(schema.enum));
    switch (schema.type) {
      case 'string':
        return fc.oneof(fc.constantFrom(null, 7, true, {}, ['x']), ...forbiddenTexts(schema));
      case 'integer':
        return fc.constantFrom(null, 'x', '1', true, 1.5, ...outside(schema));
      case 'boolean':
        return fc.constantFrom(null, 'true', 1, {});
      case 'array':
        return forbiddenList(schema, allowed, forbidden);
      case 'object':
        return forbiddenObject(schema, allowed, forbidden);
      case 'null':
      case undefined:
      default:
        return undefined;
    }
  };
  return { allowed, forbidden };
}

/** A schema without members allows anything. */
function allowedOfNoType(schema: Schema): fc.Arbitrary<unknown> {
  if (Object.keys(schema).length > 0) throw new Error(`There is no arbitrary for ${JSON.stringify(schema)}.`);
  return fc.jsonValue({ maxDepth: 3 });
}

type Make = (schema: Schema) => fc.Arbitrary<unknown>;
type MakeFault = (schema: Schema) => fc.Arbitrary<unknown> | undefined;

function allowedText({ format, pattern, minLength = 0, maxLength = MOST_CHARACTERS }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, MOST_CHARACTERS) });
  const whole = new RegExp(pattern);
  return fc
    .stringMatching(new RegExp(pattern.replace(/^\^\(\?!(?:[^()]|\([^()]*\))*\)/, '^')))
    .filter((text) => whole.test(text) && text.length <= maxLength && !/\p{Surrogate}/u.test(text));
}

/** Texts that are too short, too long or do not match. */
export function forbiddenTexts({ pattern, minLength, maxLength, format }: Schema): fc.Arbitrary<string>[] {
  const whole = pattern === undefined ? undefined : new RegExp(pattern);
  return [
    ...(minLength === undefined || minLength === 0 ? [] : [fc.constant('')]),
    ...(maxLength === undefined ? [] : [fc.constant('x'.repeat(maxLength + 1))]),
    ...(whole === undefined ? [] : [fc.string().filter((text) => !whole.test(text))]),
    ...(format === 'date-time' ? [fc.constantFrom('', 'noon', '2026-01-15', '2026-13-01T00:00:00Z')] : []),
  ];
}

/** The numbers next to those that a schema of integers allows. */
export function outside({ minimum = 0, maximum = 2 ** 53 }: Schema): readonly number[] {
  return [minimum - 1, maximum + 1];
}

function allowedObject(schema: Schema, allowed: Make): fc.Arbitrary<unknown> {
  const { properties, required = [], propertyNames = { type: 'string' }, additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === 'object')
    return fc
      .uniqueArray(fc.tuple(allowed(propertyNames), allowed(additionalProperties)), {
        maxLength: MOST_ITEMS,
        selector: ([name]) => String(name).toLowerCase(),
      })
      .map((entries) => Object.fromEntries(entries) as unknown);
  const members = Object.entries(properties ?? {}).map(([name, one]) => [name, allowed(one)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required], noNullPrototype: true });
}

function forbiddenList(schema: Schema, allowed: Make, forbidden: MakeFault): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems } = schema;
  const fault = forbidden(items);
  return fc.oneof(
    fc.constantFrom<unknown>(null, 'x', 7, {}, ...(minItems > 0 ? [[]] : [])),
    ...(maxItems === undefined ? [] : [allowed(items).map((item) => Array.from({ length: maxItems + 1 }, () => item))]),
    ...(fault === undefined ? [] : [fault.map((item) => [item])]),
  );
}

function forbiddenObject(schema: Schema, allowed: Make, forbidden: MakeFault): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], propertyNames, additionalProperties } = schema;
  const whole = allowedObject(schema, allowed) as fc.Arbitrary<Record<string, unknown>>;
  const with_ = (name: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.tuple(whole, name, value).map(([object, key, member]) => ({ ...object, [key]: member }));
  const faults = Object.entries(properties).flatMap(([name, one]) => {
    const fault = forbidden(one);
    return fault === undefined ? [] : [with_(fc.constant(name), fault)];
  });
  const values = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const valueFault = values && forbidden(values);
  return fc.oneof(
    fc.constantFrom<unknown>(null, 'x', 7, ['x']),
    ...(additionalProperties === false ? [with_(fc.constant('unknown'), fc.constant(1))] : []),
    ...required.map((name) => whole.map(({ [name]: _left, ...others }) => others)),
    ...faults,
    ...(values === undefined || propertyNames === undefined
      ? []
      : forbiddenTexts(propertyNames).map((names) =>
          with_(
            names.filter((name) => name !== '__proto__'),
            allowed(values),
          ),
        )),
    ...(valueFault === undefined ? [] : [with_(fc.constant('x-name'), valueFault)]),
  );
}

function isNoneOf(values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => !values.includes(value);
}

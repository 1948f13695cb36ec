import {
  resolveSchema,
  type ConnectorDefinition,
  type ConnectorField,
  type ConnectorParameter,
  type ConnectorSchema,
  type RoutedOperation,
} from './connectorDefinition';

/** What a maker enters, by the labels of the fields, or what a flow goes on with, by the labels of the values. */
export type Labelled = Readonly<Record<string, unknown>>;

/** Something that can be entered, by its name in the request. */
export interface Field extends ConnectorField {
  readonly name: string;
}

/** Everything that can be entered: parameters, and the members of the body. */
export function fieldsOf({ parameters }: RoutedOperation): readonly Field[] {
  return parameters.flatMap((parameter): Field[] =>
    parameter.in === 'body'
      ? Object.entries(parameter.schema?.properties ?? {}).map(([name, member]) => ({ name, ...member }))
      : [parameter],
  );
}

/** The request of an operation, from what was entered and the defaults of what was not. */
export function fill(
  operation: RoutedOperation,
  entries: Labelled,
  callbackUrl: string | undefined,
): { readonly path: string; readonly query: Labelled; readonly body: Labelled } {
  const fields = fieldsOf(operation);
  const labels = fields
    .filter((field) => field['x-ms-visibility'] !== 'internal')
    .map((field) => field['x-ms-summary']);
  const strange = Object.keys(entries).find((entry) => !labels.includes(entry));
  if (strange !== undefined) throw new Error(`"${operation.summary}" has no field "${strange}".`);
  const values = Object.fromEntries(
    fields.flatMap((field) => {
      const value =
        field['x-ms-notification-url'] === true ? callbackUrl : (entries[field['x-ms-summary'] ?? ''] ?? field.default);
      return value === undefined ? [] : [[field.name, value]];
    }),
  ) as Labelled;
  const pick = (location: ConnectorParameter['in']): Labelled => {
    const names = operation.parameters.filter((parameter) => parameter.in === location).map(({ name }) => name);
    return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
  };
  const bodyNames = Object.keys(
    operation.parameters.find((parameter) => parameter.in === 'body')?.schema?.properties ?? {},
  );
  return {
    path: operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(values[name]))),
    query: pick('query'),
    body: Object.fromEntries(Object.entries(values).filter(([name]) => bodyNames.includes(name))),
  };
}

/** A value with its members by their labels, as the designer shows them. */
export function label(definition: ConnectorDefinition, schema: ConnectorSchema, value: unknown): Labelled {
  const { properties = {} } = resolveSchema(definition, schema);
  const labelled = Object.entries(value as Labelled).map(([name, member]): [string, unknown] => {
    const property = properties[name] ?? {};
    const { items } = property;
    return [
      property['x-ms-summary'] ?? name,
      items !== undefined && Array.isArray(member) ? member.map((item) => label(definition, items, item)) : member,
    ];
  });
  return Object.fromEntries(labelled);
}

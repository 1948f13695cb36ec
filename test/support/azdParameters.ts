/** Of a compiled template, as far as azd looks at it. */
export interface ArmTemplate {
  readonly parameters: Readonly<Record<string, { readonly type?: string; readonly $ref?: string }>>;
  readonly definitions?: Readonly<Record<string, { readonly type: string }>>;
}

export interface ParametersFile {
  readonly parameters: Readonly<Record<string, { readonly value: string }>>;
}

/**
 * What `azd provision` makes of main.parameters.json in an environment: what is not set is left out, texts become what the
 * template's parameter is. Source: Azure/azure-dev, cli/azd/pkg/infra/provisioning/bicep/bicep_provider.go (loadParameters,
 * armParameterFileValue).
 * @throws SyntaxError where azd would say that a value is not JSON.
 */
export function resolveAzdParameters(
  { parameters }: ParametersFile,
  template: ArmTemplate,
  environment: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { value }]) => {
      const variables = [...value.matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => variable ?? '');
      if (variables.some((variable) => environment[variable] === undefined)) return [];
      const replace = (text: string): string =>
        text.replace(/\$\{(\w+)\}/g, (_, variable: string) => environment[variable] ?? '');
      return [[name, toType(value, replace, typeOf(template, name))]];
    }),
  );
}

function toType(value: string, replace: (text: string) => string, type: string): unknown {
  if (type === 'array' || type === 'object') return JSON.parse(replace(value));
  // azd replaces inside of the JSON text: a quotation mark in the variable would end the string.
  const { value: text } = JSON.parse(replace(JSON.stringify({ value }))) as { value: string };
  if (type === 'bool') return text === 'true' ? true : text === 'false' ? false : text;
  return type === 'int' && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** `string`, `int`, `bool`, `array` or `object`; a secure string is a string. */
export function typeOf({ parameters, definitions }: ArmTemplate, name: string): string {
  const { type, $ref } = parameters[name] ?? {};
  const named = type ?? definitions?.[$ref?.split('/').at(-1) ?? '']?.type ?? `none: ${name}`;
  return named.toLowerCase().replace('secure', '');
}

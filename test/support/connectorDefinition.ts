import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of OpenAPI 2.0, with Microsoft's extensions, that a connector's definition uses. */
export interface ConnectorDefinition {
  readonly swagger: string;
  readonly info: { readonly title: string; readonly description: string };
  readonly host: string;
  readonly basePath: string;
  readonly paths: Readonly<Record<string, ConnectorPath>>;
  readonly definitions: Readonly<Record<string, ConnectorSchema>>;
  readonly securityDefinitions: Readonly<
    Record<
      string,
      { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string } | { readonly type: 'oauth2' }
    >
  >;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export type ConnectorMethod = 'get' | 'post' | 'delete';
export type ConnectorPath = Readonly<Partial<Record<ConnectorMethod, ConnectorOperation>>> & {
  readonly 'x-ms-notification-content'?: { readonly schema: ConnectorSchema };
};

export interface ConnectorOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly ConnectorParameter[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly schema?: ConnectorSchema;
        readonly headers?: Readonly<Record<string, { readonly type: string }>>;
      }
    >
  >;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-ms-trigger'?: string;
  readonly 'x-ms-visibility'?: string;
}

export interface ConnectorField {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly 'x-ms-summary'?: string;
  readonly 'x-ms-visibility'?: string;
  readonly 'x-ms-notification-url'?: boolean;
  readonly 'x-ms-enum-values'?: readonly { readonly value: unknown; readonly displayName: string }[];
  readonly 'x-ms-dynamic-values'?: {
    readonly operationId: string;
    readonly 'value-collection': string;
    readonly 'value-path': string;
    readonly 'value-title': string;
  };
}

export interface ConnectorParameter extends ConnectorField {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly required?: boolean;
  readonly schema?: ConnectorSchema;
  readonly 'x-ms-url-encoding'?: string;
}

export interface ConnectorSchema extends ConnectorField {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, ConnectorSchema>>;
  readonly required?: readonly string[];
  readonly items?: ConnectorSchema;
}

/** An operation with where it stands. */
export interface RoutedOperation extends ConnectorOperation {
  readonly path: string;
  readonly method: ConnectorMethod;
  readonly notification: ConnectorSchema | undefined;
}

export const connectorFolder = join(__dirname, '../../infra/power-platform');

/** `apiDefinition.swagger.json`, as somebody would import it. */
export function readConnectorDefinition(): ConnectorDefinition {
  return JSON.parse(readFileSync(join(connectorFolder, 'apiDefinition.swagger.json'), 'utf8')) as ConnectorDefinition;
}

export function operationsOf({ paths }: ConnectorDefinition): readonly RoutedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined
        ? []
        : [
            {
              ...operation,
              path,
              method,
              notification: method === 'post' ? item['x-ms-notification-content']?.schema : undefined,
            },
          ];
    }),
  );
}

/** The schema that a reference means, or the schema itself. Errors: when nothing is there. */
export function resolveSchema({ definitions }: ConnectorDefinition, schema: ConnectorSchema): ConnectorSchema {
  if (schema.$ref === undefined) return schema;
  const found = definitions[schema.$ref.replace('#/definitions/', '')];
  if (found === undefined) throw new Error(`Nothing is at ${schema.$ref}.`);
  return found;
}

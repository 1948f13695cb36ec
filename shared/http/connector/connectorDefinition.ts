import { z } from 'zod';
import { errorTable } from '../../errors/errorTable';
import type { JsonObject } from '../documents/jsonSchemas';
import { VERSION } from '../../version';
import { errorsOf } from '../documents/problemResponses';
import type { Route } from '../documents/routes/route';
import { apiRoutes } from '../documents/routes/routes';
import { connectorOperations, type ConnectorOperation } from './connectorOperations';
import { allDefinitions, neededDefinitions, reference, type DefinitionName } from './definitions';
import { toSentence, toSwaggerSchema } from './toSwaggerSchema';

/** Stands in the file until somebody puts the name of their function app there. */
const PLACEHOLDER_HOST = 'your-function-app.azurewebsites.net';

/** The connection's own tenant takes the place of `common` (apiProperties.json, tenantId). */
const SIGN_IN = 'https://login.microsoftonline.com/common/oauth2';

/**
 * The Power Automate connector, `apiDefinition.swagger.json`: OpenAPI 2.0 with Microsoft's extensions, made from the route
 * table, the zod schemas and the error table. Source: Microsoft, custom connectors, "OpenAPI extensions", "Use a webhook as
 * a trigger" and "Follow coding standards".
 */
export async function createConnectorDefinition(): Promise<JsonObject> {
  const routes = new Map((await apiRoutes()).map((route) => [route.operationId, route]));
  const schemas = allDefinitions();
  const paths: Record<string, Record<string, unknown>> = {};
  const named = new Set<DefinitionName>();
  for (const operation of connectorOperations) {
    const route = routes.get(operation.route);
    if (route === undefined) throw new Error(`The API has no route "${operation.route}".`);
    const { trigger } = operation;
    const path = (paths[trigger === undefined ? route.path : route.path.replace('{trigger}', trigger)] ??= {});
    if (trigger !== undefined)
      path['x-ms-notification-content'] = { description: 'The call.', schema: reference('CallEvent') };
    path[route.method] = {
      ...headOf(operation, route),
      parameters: [...pathParameters(route), ...queryParameters(route), ...bodyParameters(operation, route, schemas)],
      responses: { ...answers(route), ...errorResponses(route) },
    };
    for (const name of [...(trigger === undefined ? [] : ['CallEvent' as const]), ...schemasOf(route)]) named.add(name);
  }
  return {
    swagger: '2.0',
    info: {
      title: 'Skype for Business calls',
      description:
        'Starts a flow when a call rings, ends or is missed at Skype for Business, and takes, rejects or cancels calls.',
      version: VERSION,
    },
    host: PLACEHOLDER_HOST,
    basePath: '/api',
    schemes: ['https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    paths,
    definitions: neededDefinitions(schemas, named),
    securityDefinitions: {
      api_key: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
      oauth2_auth: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: `${SIGN_IN}/authorize`,
        tokenUrl: `${SIGN_IN}/token`,
        scopes: {},
      },
    },
    // A key alone, or beside a token where the relay asks for one.
    security: [{ api_key: [] }, { api_key: [], oauth2_auth: [] }],
  };
}

function headOf(
  { operationId, summary, description, trigger, internal = false }: ConnectorOperation,
  { role }: Route,
): JsonObject {
  return {
    operationId,
    summary,
    description,
    ...(internal && { 'x-ms-visibility': 'internal' }),
    ...(trigger !== undefined && {
      'x-ms-trigger': 'single',
      'x-ms-trigger-hint': 'To see it work now, call the account.',
    }),
    ...(role === 'anonymous' && { security: [] }),
  };
}

const pathTexts: Readonly<Record<string, JsonObject>> = {
  id: { 'x-ms-summary': 'Call ID', description: 'Call ID from the trigger or from a list of calls.' },
  capability: { 'x-ms-summary': 'Capability', description: 'From the Location of the subscription.' },
};

function pathParameters({ path }: Route): readonly JsonObject[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).filter((name) => name in pathTexts);
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    type: 'string',
    ...pathTexts[name],
    'x-ms-url-encoding': 'single',
  }));
}

function queryParameters({ query }: Route): readonly JsonObject[] {
  if (query === undefined) return [];
  const { properties } = toSwaggerSchema(z.toJSONSchema(query, { io: 'input', target: 'draft-04' }));
  return Object.entries(properties as Record<string, JsonObject>).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    ...toField(name, property),
    ...(['limit', 'cursor'].includes(name) && { 'x-ms-visibility': 'advanced' }),
  }));
}

/** A body's schema stands in its operation, where the documentation has the callback URL. */
function bodyParameters(
  { body }: ConnectorOperation,
  route: Route,
  schemas: Readonly<Record<string, JsonObject>>,
): readonly JsonObject[] {
  const name = body ?? route.body?.schema;
  if (name === undefined || name === 'none') return [];
  const { properties, ...schema } = schemas[name] ?? {};
  const fields = Object.entries(properties as Record<string, JsonObject>).map(([field, property]) => [
    field,
    toField(field, property),
  ]);
  return [
    {
      name: 'body',
      in: 'body',
      required: true,
      schema: { ...schema, properties: Object.fromEntries(fields) as JsonObject },
    },
  ];
}

/** What makers fill in: accounts from a drop-down, and the callback URL not at all. */
function toField(name: string, property: JsonObject): JsonObject {
  switch (name) {
    case 'account':
      return {
        ...property,
        'x-ms-dynamic-values': {
          operationId: 'ListAccounts',
          'value-collection': 'accounts',
          'value-path': 'sipUri',
          'value-title': 'name',
        },
      };
    case 'url':
      return { ...property, 'x-ms-notification-url': true, 'x-ms-visibility': 'internal' };
    default:
      return property;
  }
}

/** What a connector can be answered: it sends no `Prefer`, so that nothing waits for an outcome. */
function answersOf({ answers: all, headers = [] }: Route): readonly (readonly [string, Route['answers'][number]])[] {
  return Object.entries(all).filter(([status]) => !(headers.includes('Prefer') && status === '200'));
}

function schemasOf(route: Route): readonly DefinitionName[] {
  return answersOf(route).flatMap(([, { schema }]) => (schema === undefined ? [] : [schema]));
}

function answers(route: Route): JsonObject {
  return Object.fromEntries(
    answersOf(route).map(([status, { description, schema, headers = [] }]) => [
      status,
      {
        description: toSentence(description),
        ...(schema !== undefined && { schema: reference(schema) }),
        ...(headers.includes('Location') && {
          headers: { Location: { type: 'string', description: 'Absolute address that ends the subscription.' } },
        }),
      },
    ]),
  );
}

/** One for each status, in the words of the error table. */
function errorResponses(route: Route): JsonObject {
  const codes = errorsOf(route);
  const statuses = [...new Set(codes.map((code) => errorTable[code].status))].sort((one, other) => one - other);
  const titlesOf = (status: number): string[] =>
    codes.filter((code) => errorTable[code].status === status).map((code) => toSentence(errorTable[code].title));
  return Object.fromEntries(statuses.map((status) => [status, { description: titlesOf(status).join(' ') }]));
}

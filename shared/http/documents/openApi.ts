import { z } from 'zod';
import { describeDefault, toJsonSchemas, type JsonObject } from './jsonSchemas';
import { withNamedParts } from './namedParts';
import { openApiComponents, securityOf } from './openApiComponents';
import { openApiWebhooks } from './openApiWebhooks';
import { errorCodesOf, toErrorResponses } from './problemResponses';
import { pathParameters, tags, type Answer, type Body, type Route } from './routes/route';
import { apiRoutes } from './routes/routes';
import { apiSchemas } from './schemas';
import { VERSION } from '../../version';

const refPrefix = '#/components/schemas/';

const DESCRIPTION =
  `Skype for Business call invitations: read them, answer them, subscribe to them.

Every request needs a function key; where the relay is set up with Microsoft Entra ID also a bearer token with ` +
  `the role that the operation names. A key alone, without Entra ID, has every role.

Errors are problem documents (RFC 9457): decide by \`type\`. Where trying again helps, Retry-After says when. ` +
  `Answers may gain members in later versions: ignore those that you do not know.`;

/** The OpenAPI 3.1 document of the HTTP API, `webhooks` included, made from the zod schemas, the route table and the error table. */
export async function createOpenApi(): Promise<JsonObject> {
  const routes = await apiRoutes();
  return {
    openapi: '3.1.0',
    info: {
      title: 'ucwa-relay',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api', description: 'The function app that answers this document' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: toPaths(routes),
    webhooks: openApiWebhooks(),
    components: {
      ...openApiComponents(errorCodesOf(routes)),
      schemas: withNamedParts(
        toJsonSchemas(apiSchemas, { target: 'draft-2020-12', refPrefix, describesDefaults: true }),
        refPrefix,
      ),
    },
  };
}

function toPaths(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = toOperation(route);
  return paths;
}

function toOperation(route: Route): JsonObject {
  const { operationId, tag, summary, description, body } = route;
  const parameters = [
    ...pathParametersOf(route),
    ...queryParametersOf(route),
    ...(route.headers ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(route.role),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: toRequestBody(body) }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, toResponse(answer)])),
      ...toErrorResponses(route),
    },
  };
}

function pathParametersOf({ path }: Route): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...pathParameters[name],
  }));
}

function queryParametersOf({ query, allowsBlanks }: Route): readonly JsonObject[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const shown = typeof property === 'boolean' ? {} : { ...property };
    describeDefault(shown);
    const { description, ...schema } = shown;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(allowsBlanks === true && { allowEmptyValue: true }),
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

/** A body may be left out unless a member of it is required. */
function toRequestBody(body: Body): JsonObject {
  const isRequired = body.schema !== undefined && !apiSchemas[body.schema].schema.safeParse({}).success;
  return { ...(isRequired && { required: true }), content: toContent(body) };
}

function toContent({ contentType = 'application/json', schema, examples }: Body): JsonObject {
  return {
    [contentType]: {
      schema:
        schema === undefined
          ? { type: contentType.startsWith('text/') ? 'string' : 'object' }
          : { $ref: `#/components/schemas/${schema}` },
      ...(examples === undefined
        ? {}
        : { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) }),
    },
  };
}

function toResponse({ description, headers, ...body }: Answer): JsonObject {
  return {
    description,
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map((name) => [headerNames[name], { $ref: `#/components/headers/${name}` }]),
          ),
        }),
    ...(body.schema === undefined && body.contentType === undefined ? {} : { content: toContent(body) }),
  };
}

const headerNames = {
  Location: 'Location',
  PreferenceApplied: 'Preference-Applied',
  IdempotencyReplayed: 'Idempotency-Replayed',
} as const;

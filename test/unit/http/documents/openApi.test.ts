import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../../../../shared/errors/errorTable';
import { createOpenApi } from '../../../../shared/http/documents/openApi';
import { apiRoutes } from '../../../../shared/http/documents/routes/routes';
import { apiSchemas, type SchemaName } from '../../../../shared/http/documents/schemas';
import { schemaValidator, type SchemaValidator } from '../../../support/schemaValidator';

type Content = Readonly<
  Record<string, { schema: { $ref?: string }; examples?: Record<string, { $ref?: string; value?: unknown }> }>
>;
interface Operation {
  readonly operationId: string;
  readonly security: readonly Record<string, string[]>[];
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly headers?: object; readonly content?: Content }>
  >;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, { readonly name: string }>>;
    readonly examples: Readonly<Record<string, { readonly value: { status: number; title: string } }>>;
  };
}

let document: OpenApi;
let validate: SchemaValidator;
beforeAll(async () => {
  const created: object = await createOpenApi();
  document = created as OpenApi;
  validate = schemaValidator(created);
});

const operations = (): readonly Operation[] => [
  ...Object.values(document.paths).flatMap((path) => Object.values(path)),
  ...Object.values(document.webhooks).map(({ post }) => post),
];

/** Every body of an operation that has a schema by name, with each of its examples. */
function bodies({
  requestBody,
  responses,
}: Operation): readonly { readonly schema: string; readonly value: unknown }[] {
  const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)].flatMap(
    (content) => Object.values(content ?? {}),
  );
  return contents.flatMap(({ schema, examples = {} }) =>
    Object.values(examples).flatMap(({ $ref, value }) =>
      schema.$ref === undefined
        ? []
        : [
            {
              schema: schema.$ref,
              value: $ref === undefined ? value : document.components.examples[$ref.split('/').at(-1) ?? '']?.value,
            },
          ],
    ),
  );
}

describe('the OpenAPI document', () => {
  it('has an example for every body with a schema, each valid by that schema and by the zod schema behind it', () => {
    const all = operations().flatMap(bodies);
    expect(all.length).toBeGreaterThan(100);
    for (const { schema, value } of all) {
      expect({ schema, problems: validate(schema, value) }).toEqual({ schema, problems: [] });
      const behind = apiSchemas[schema.split('/').at(-1) as SchemaName].schema.safeParse(value);
      expect({ schema, problems: behind.error?.issues ?? [] }).toEqual({ schema, problems: [] });
    }
    const named = operations().flatMap(({ requestBody, responses }) =>
      [requestBody?.content, ...Object.values(responses).map(({ content }) => content)].flatMap((content) =>
        Object.values(content ?? {}),
      ),
    );
    expect(named.filter(({ schema, examples }) => schema.$ref !== undefined && examples === undefined)).toEqual([]);
  });

  it('refuses what the examples are not', () => {
    expect(validate('#/components/schemas/Accept', { with: 'fax' })).not.toEqual([]);
    expect(validate('#/components/schemas/Decline', { reason: 'Bored' })).not.toEqual([]);
    expect(validate('#/components/schemas/InvitationEvent', { specversion: '1.0' })).not.toEqual([]);
  });

  it('names its operations uniquely', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells of every error by the error table: its status, its title, and an example', () => {
    for (const [code, { value }] of Object.entries(document.components.examples)) {
      const { status, title } = errorTable[code as keyof typeof errorTable];
      expect(value).toMatchObject({ type: `urn:ucwa-relay:problem:${code}`, status, title });
    }
  });

  it('leaves out only the errors that no operation answers', () => {
    const reported = new Set(Object.keys(document.components.examples));
    expect(Object.keys(errorTable).filter((code) => !reported.has(code))).toEqual([
      'methodNotAllowed',
      'channelGone',
      'pollReplaced',
      'busRefused',
      'messageTooLarge',
      'storageRefused',
    ]);
  });

  it('asks for a key everywhere but for liveness and the links it gives out, and names the role that a token needs', async () => {
    for (const { method, path, role } of await apiRoutes()) {
      const security = document.paths[path]?.[method]?.security;
      expect(security).toEqual(
        role === 'anonymous'
          ? []
          : [
              { functionKey: [] },
              { functionKeyInQuery: [] },
              { functionKey: [], entraId: [role] },
              { functionKeyInQuery: [], entraId: [role] },
            ],
      );
    }
    expect(
      Object.values(document.paths)
        .flatMap((path) => Object.values(path))
        .filter(({ security }) => security.length === 0)
        .map(({ operationId }) => operationId),
    ).toEqual(['showConfirmPage', 'confirmCommand', 'unsubscribe', 'getLiveness']);
  });

  it.each(['accept', 'decline', 'cancel'])('names every request header that %s heeds', (command) => {
    const heeded = [
      ...readFileSync(join(__dirname, '../../../../shared/http/commands/commandEndpoint.ts'), 'utf8').matchAll(
        /headers\.get\('([\w-]+)'\)/g,
      ),
    ].map(([, name]) => name);
    const parameters = document.paths[`/invitations/{id}/${command}`]?.['post']?.parameters ?? [];
    const named = parameters.flatMap(
      ({ $ref = '' }) => document.components.parameters[$ref.split('/').at(-1) ?? '']?.name.toLowerCase() ?? [],
    );
    expect(heeded).toContain('traceparent');
    expect(named.sort()).toEqual(heeded.sort());
  });

  it('says when to come back wherever an error can be tried again', () => {
    const responses = document.paths['/invitations/{id}/accept']?.['post']?.responses ?? {};
    const withRetryAfter = Object.entries(responses)
      .filter(([, { headers = {} }]) => 'Retry-After' in headers)
      .map(([status]) => status);
    expect(withRetryAfter).toEqual(['409', '429', '502', '504']);
  });
});

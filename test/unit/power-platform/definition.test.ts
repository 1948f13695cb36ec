import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SwaggerParser from '@apidevtools/swagger-parser';
import { createConnectorDefinition } from '../../../shared/http/connector/connectorDefinition';
import {
  connectorFolder,
  operationsOf,
  readConnectorDefinition,
  resolveSchema,
  type ConnectorField,
  type ConnectorParameter,
  type ConnectorSchema,
  type RoutedOperation,
} from '../../support/connectorDefinition';

const file = join(connectorFolder, 'apiDefinition.swagger.json');
const definition = readConnectorDefinition();
const operations = operationsOf(definition).map((operation) => ({ title: operation.summary, operation }));
const triggers = operations.filter(({ operation }) => operation['x-ms-trigger'] !== undefined);
const actions = operations.filter(
  ({ operation }) => operation['x-ms-trigger'] === undefined && operation['x-ms-visibility'] !== 'internal',
);

/** The validator resolves references within what it is given. */
const validate = (document: unknown): Promise<unknown> =>
  SwaggerParser.validate(structuredClone(document) as Parameters<typeof SwaggerParser.validate>[0]);

const sentence = /^[A-Za-z+].*\.$/s;
const sentenceCase = /^[A-Z][a-z]*( [a-z]+)*$/;
const titleCase = /^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/;

const bodyOf = ({ parameters }: RoutedOperation): ConnectorSchema | undefined =>
  parameters.find((parameter) => parameter.in === 'body')?.schema;
/** What a maker can see of an operation: its parameters, and the members of its body. */
const fieldsOf = (
  operation: RoutedOperation,
): readonly (ConnectorField & { readonly name: string; readonly needed: boolean })[] => {
  const { properties = {}, required = [] } = bodyOf(operation) ?? {};
  const parameters = operation.parameters
    .filter((parameter) => parameter.in !== 'body')
    .map((parameter) => ({ ...parameter, needed: parameter.required === true }));
  return [
    ...parameters,
    ...Object.entries(properties).map(([name, property]) => ({ ...property, name, needed: required.includes(name) })),
  ];
};

describe('the connector’s definition', () => {
  it('is what the code says; else run "npm run docs"', async () => {
    expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(await createConnectorDefinition(), null, 4)}\n`);
  });

  it('is valid OpenAPI 2.0', async () => {
    await expect(validate(definition)).resolves.toBeDefined();
    await expect(validate({ ...definition, paths: { '/calls': { get: { responses: {} } } } })).rejects.toThrow();
    const { Call: _call, ...definitions } = definition.definitions;
    await expect(validate({ ...definition, definitions })).rejects.toThrow();
  });

  it('is smaller than the 1 MB that can be imported', () => {
    expect(statSync(file).size).toBeLessThan(1024 * 1024);
  });

  it('has a title and a description as the coding standards want them', () => {
    const { title, description } = definition.info;
    expect(title.length).toBeLessThanOrEqual(30);
    expect(title).not.toMatch(/\b(api|connector|power (apps|automate|platform)|copilot)\b/i);
    expect(description.length).toBeGreaterThanOrEqual(30);
    expect(description.length).toBeLessThanOrEqual(500);
    expect(description).toMatch(sentence);
  });

  it('has a host without scheme or path, which the README says to replace, and a key in a header, beside it OAuth 2.0', () => {
    expect(readFileSync(join(connectorFolder, 'README.md'), 'utf8')).toContain(`replace \`${definition.host}\``);
    expect(definition.host).toMatch(/^[a-z0-9.-]+$/);
    expect(definition.basePath).toMatch(/^\/\w+$/);
    expect(definition.securityDefinitions).toEqual({
      api_key: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
      oauth2_auth: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/authorize',
        tokenUrl: 'https://login.microsoftonline.com/common/oauth2/token',
        scopes: {},
      },
    });
    expect(definition.security).toEqual([{ api_key: [] }, { api_key: [], oauth2_auth: [] }]);
  });

  it('has the triggers and actions that makers look for', () => {
    expect(triggers.map(({ title }) => title)).toEqual([
      'When a call rings',
      'When a call ends',
      'When a call is missed',
    ]);
    expect(actions.map(({ title }) => title)).toEqual([
      'Get call',
      'List calls',
      'Accept call',
      'Reject call',
      'Cancel call',
      'Call',
      'Hang up call',
    ]);
  });

  it('names its operations uniquely', () => {
    for (const text of ['operationId', 'summary', 'description'] as const) {
      const values = operations.map(({ operation }) => operation[text]);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it('has no definition that nobody refers to', () => {
    const text = JSON.stringify(definition);
    expect(Object.keys(definition.definitions).filter((name) => !text.includes(`"#/definitions/${name}"`))).toEqual([]);
  });
});

describe.each(operations)('"$title"', ({ operation }) => {
  it('has an id in Pascal case, a summary in sentence case and a description', () => {
    expect(operation.operationId).toMatch(/^([A-Z][a-z]*)+$/);
    expect(operation.summary).toMatch(sentenceCase);
    expect(operation.summary.length).toBeLessThanOrEqual(80);
    expect(operation.description).toMatch(sentence);
  });

  it('tells of one success, with its schema unless there is nothing to tell, and of what can go wrong', () => {
    const statuses = Object.keys(operation.responses);
    const [success, ...others] = statuses.filter((status) => status.startsWith('2'));
    expect(others).toEqual([]);
    expect(statuses).not.toContain('default');
    expect(statuses.filter((status) => /^[45]/.test(status)).length).toBeGreaterThan(0);
    const response = operation.responses[success ?? ''];
    expect(response?.schema === undefined).toBe(success === '204');
    for (const { description } of Object.values(operation.responses)) expect(description).toMatch(sentence);
  });

  it('labels each field in title case and describes it in a sentence', () => {
    for (const field of fieldsOf(operation)) {
      expect(field).toMatchObject({
        'x-ms-summary': expect.stringMatching(titleCase),
        description: expect.stringMatching(sentence),
        type: expect.any(String),
      });
      expect(field.description).not.toBe(`${field['x-ms-summary'] ?? ''}.`);
    }
  });

  it('hides no field that somebody must fill in', () => {
    const hidden = fieldsOf(operation).filter(
      (field) => field.needed && field['x-ms-visibility'] === 'internal' && field['x-ms-notification-url'] !== true,
    );
    expect(hidden.filter((field) => field.default === undefined)).toEqual([]);
  });

  it('encodes what goes into its path, once', () => {
    const inPath = operation.parameters.filter((parameter: ConnectorParameter) => parameter.in === 'path');
    expect([...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(inPath.map(({ name }) => name));
    for (const parameter of inPath) expect(parameter).toMatchObject({ required: true, 'x-ms-url-encoding': 'single' });
  });

  it('offers accounts from a drop-down that another operation fills', () => {
    const accounts = fieldsOf(operation).filter(({ name }) => name === 'account');
    for (const { 'x-ms-dynamic-values': choices } of accounts) {
      const source = operations.find((one) => one.operation.operationId === choices?.operationId)?.operation;
      const list = resolveSchema(definition, source?.responses['200']?.schema ?? {}).properties?.[
        choices?.['value-collection'] ?? ''
      ];
      const item = resolveSchema(definition, list?.items ?? {}).properties ?? {};
      expect(list?.type).toBe('array');
      expect(Object.keys(item)).toEqual(expect.arrayContaining([choices?.['value-path'], choices?.['value-title']]));
    }
  });

  it('names each choice of a fixed list that has names', () => {
    for (const { enum: values, 'x-ms-enum-values': named } of fieldsOf(operation)) {
      if (named !== undefined) expect(named.map(({ value }) => value)).toEqual(values);
    }
  });
});

describe.each(triggers)('the trigger "$title"', ({ operation }) => {
  it('starts a flow for one call at a time and says what it is told', () => {
    expect(operation).toMatchObject({
      method: 'post',
      'x-ms-trigger': 'single',
      'x-ms-trigger-hint': expect.stringMatching(sentence),
    });
    expect(resolveSchema(definition, operation.notification ?? {}).properties).toMatchObject({
      invitationId: { 'x-ms-summary': 'Call ID' },
    });
  });

  it('takes the callback URL from the flow service, and asks makers only for an account, if they like', () => {
    const { properties = {}, required } = bodyOf(operation) ?? {};
    expect(
      Object.entries(properties)
        .filter(([, property]) => property['x-ms-notification-url'])
        .map(([name]) => name),
    ).toEqual(['url']);
    expect(properties['url']).toMatchObject({ type: 'string', 'x-ms-visibility': 'internal' });
    expect(required).toEqual(['url']);
    expect(Object.keys(properties)).toEqual(['url', 'account']);
  });

  it('is answered 201 with the Location on which a hidden DELETE without a key ends it', () => {
    expect(operation.responses['201']?.headers).toMatchObject({ Location: { type: 'string' } });
    expect(operationsOf(definition).filter(({ method }) => method === 'delete')).toMatchObject([
      { 'x-ms-visibility': 'internal', security: [] },
    ]);
  });
});

describe.each(actions)('the action "$title"', ({ operation }) => {
  it('is no trigger', () => {
    expect(operation.notification).toBeUndefined();
    expect(Object.keys(operation)).not.toContain('x-ms-trigger');
  });
});

describe.each(Object.keys(definition.definitions))('the definition %s', (name) => {
  const check = (schema: ConnectorSchema): void => {
    for (const [member, property] of Object.entries(schema.properties ?? {})) {
      if (property.$ref !== undefined) continue;
      expect({ member, ...property }).toMatchObject({
        type: expect.any(String),
        'x-ms-summary': expect.stringMatching(titleCase),
        description: expect.stringMatching(sentence),
      });
      if (property.type === 'array') expect(property.items).toBeDefined();
      check(property.items ?? property);
    }
  };

  it('labels and describes every member', () => check(resolveSchema(definition, { $ref: `#/definitions/${name}` })));
});

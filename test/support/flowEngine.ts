import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import axios, { type AxiosResponse } from 'axios';
import {
  operationsOf,
  type ConnectorDefinition,
  type ConnectorSchema,
  type RoutedOperation,
} from './connectorDefinition';
import { fieldsOf, fill, label, type Labelled } from './connectorForm';
import { startSubscriber, type ReceivedRequest, type SubscriberServer } from './subscriberServer';

/** A connection: the address in place of the definition's own, as somebody who imports it enters it, and the key. */
export interface Connection {
  readonly origin: string;
  readonly key: string;
  /** With OAuth 2.0: what the sign-in gave. */
  readonly token?: string;
}

/** A flow with a trigger, in use. */
export interface Flow {
  /** Where it is removed: the `Location` of the subscription. */
  readonly location: string;
  /** What has started it so far, by the labels of its values. */
  readonly runs: readonly Labelled[];
  /** Resolves to the n-th start, from 1. */
  run(number: number): Promise<Labelled>;
  /** Saves the flow with other entries: the old subscription is deleted, then a new one made. */
  edit(entries: Labelled): Promise<Flow>;
  /** Deletes the subscription as the flow service does, without a key; the status that it was answered. */
  remove(): Promise<number>;
}

/**
 * A stand-in for Power Automate that knows of an API only what its connector's definition says: operations by their
 * summaries, fields and values by their labels. It holds what it sends and what it is answered or told against the
 * definition's schemas. Source: Microsoft, custom connectors, "Use a webhook as a trigger", "OpenAPI extensions".
 */
export interface FlowEngine {
  /** The summaries of what a maker can choose from. */
  readonly triggers: readonly string[];
  readonly actions: readonly string[];
  /** The drop-down of a field: titles and values. */
  choices(summary: string, label: string): Promise<readonly { readonly title: unknown; readonly value: unknown }[]>;
  addTrigger(summary: string, entries?: Labelled): Promise<Flow>;
  /** Runs an action; its result by the labels of its values. Errors: for every status that is no success, with the body. */
  runAction(summary: string, entries?: Labelled): Promise<Labelled>;
  close(): Promise<void>;
}

export function createFlowEngine(definitionFile: string, connection: Connection): FlowEngine {
  const definition = JSON.parse(readFileSync(definitionFile, 'utf8')) as ConnectorDefinition;
  const operations = operationsOf(definition);
  const shown = operations.filter((operation) => operation['x-ms-visibility'] !== 'internal');
  const http = axios.create({ proxy: false, maxRedirects: 0, validateStatus: () => true });
  const servers: SubscriberServer[] = [];
  const check = createCheck(definition);

  const bySummary = (summary: string): RoutedOperation => {
    const found = shown.find((operation) => operation.summary === summary);
    if (found === undefined) throw new Error(`The connector offers no "${summary}".`);
    return found;
  };

  const call = async (
    operation: RoutedOperation,
    entries: Labelled,
    callbackUrl?: string,
  ): Promise<AxiosResponse<unknown>> => {
    const { path, query, body } = fill(operation, entries, callbackUrl);
    const bodySchema = operation.parameters.find((parameter) => parameter.in === 'body')?.schema;
    if (bodySchema !== undefined) check(bodySchema, body, `what ${operation.operationId} sends`);
    const response = await http.request<unknown>({
      method: operation.method,
      url: connection.origin + definition.basePath + path,
      params: query,
      ...(bodySchema !== undefined && { data: body }),
      headers: credentials(definition, operation, connection),
    });
    const documented = operation.responses[String(response.status)];
    if (documented === undefined)
      throw new Error(
        `${operation.operationId} was answered ${String(response.status)}, which is not documented: ${JSON.stringify(response.data)}`,
      );
    if (response.status >= 400)
      throw new Error(
        `${operation.operationId} failed with ${String(response.status)}: ${JSON.stringify(response.data)}`,
      );
    if (documented.schema !== undefined)
      check(documented.schema, response.data, `the answer to ${operation.operationId}`);
    for (const header of Object.keys(documented.headers ?? {})) {
      if (typeof response.headers[header.toLowerCase()] !== 'string')
        throw new Error(`${operation.operationId} was answered without ${header}.`);
    }
    return response;
  };

  const addTrigger = async (summary: string, entries: Labelled = {}): Promise<Flow> => {
    const operation = bySummary(summary);
    const { notification } = operation;
    if (operation['x-ms-trigger'] !== 'single' || notification === undefined)
      throw new Error(`"${summary}" is no trigger.`);
    // The flow service answers 202 and starts the run afterwards.
    const callback = await startSubscriber(() => ({ status: 202 }));
    servers.push(callback);
    const response = await call(operation, entries, `${callback.url}?api-version=2016-10-01&sig=${summary.length}`);
    const location = new URL(String(response.headers['location'])).href;
    const toRun = ({ body }: ReceivedRequest): Labelled => {
      const content: unknown = JSON.parse(body.toString('utf8'));
      check(notification, content, `what started "${summary}"`);
      return label(definition, notification, content);
    };
    const remove = async (): Promise<number> => (await http.delete(location)).status;
    return {
      location,
      get runs() {
        return callback.requests.map(toRun);
      },
      async run(number) {
        await callback.received(number);
        const request = callback.requests[number - 1];
        if (request === undefined) throw new Error('It was not started so often.');
        return toRun(request);
      },
      async edit(changed) {
        const status = await remove();
        if (status >= 300)
          throw new Error(`The flow cannot be saved: its subscription could not be deleted (${String(status)}).`);
        return addTrigger(summary, changed);
      },
      remove,
    };
  };

  return {
    triggers: shown.filter((operation) => operation['x-ms-trigger'] !== undefined).map(({ summary }) => summary),
    actions: shown.filter((operation) => operation['x-ms-trigger'] === undefined).map(({ summary }) => summary),
    async choices(summary, fieldLabel) {
      const dynamic = fieldsOf(bySummary(summary)).find((field) => field['x-ms-summary'] === fieldLabel)?.[
        'x-ms-dynamic-values'
      ];
      const source = operations.find(({ operationId }) => operationId === dynamic?.operationId);
      if (dynamic === undefined || source === undefined)
        throw new Error(`"${fieldLabel}" of "${summary}" has no drop-down.`);
      const { data } = await call(source, {});
      const items = (data as Record<string, readonly Record<string, unknown>[]>)[dynamic['value-collection']] ?? [];
      return items.map((item) => ({ title: item[dynamic['value-title']], value: item[dynamic['value-path']] }));
    },
    addTrigger,
    async runAction(summary, entries = {}) {
      const operation = bySummary(summary);
      const { status, data } = await call(operation, entries);
      return label(definition, operation.responses[String(status)]?.schema ?? {}, data);
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** What the connection has for the operation: of the alternatives in the definition the one with a token, if there is one. */
function credentials(
  { securityDefinitions, security }: ConnectorDefinition,
  operation: RoutedOperation,
  { key, token }: Connection,
): Record<string, string> {
  const alternatives = (operation.security ?? security).map((needed) =>
    Object.keys(needed).map((name) => securityDefinitions[name]),
  );
  const chosen =
    alternatives.find((schemes) => (token !== undefined) === schemes.some((scheme) => scheme?.type === 'oauth2')) ?? [];
  return Object.fromEntries(
    chosen.flatMap((scheme) => {
      if (scheme === undefined) throw new Error('The definition refers to a security scheme that it does not have.');
      return [scheme.type === 'oauth2' ? ['authorization', `Bearer ${token ?? ''}`] : [scheme.name, key]];
    }),
  );
}

/** Holds a value against one of the definition's schemas. */
function createCheck(definition: ConnectorDefinition): (schema: ConnectorSchema, value: unknown, what: string) => void {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  return (schema, value, what) => {
    const validate = ajv.compile({ ...schema, definitions: definition.definitions });
    if (validate(value)) return;
    throw new Error(`${what} is not as the connector says: ${ajv.errorsText(validate.errors)}.`);
  };
}

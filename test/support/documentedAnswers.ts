import type { AxiosResponse } from 'axios';
import { createOpenApi } from '../../shared/http/documents/openApi';
import { apiSchemas, type SchemaName } from '../../shared/http/documents/schemas';
import { schemaValidator } from './schemaValidator';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}
interface Route {
  readonly responses: Readonly<Record<string, Response>>;
}
/** By path, then by method. */
type Paths = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/**
 * Holds real answers of the API against its OpenAPI document: what is not as documented (route, status, content type,
 * schema, or a member that no schema has), in sentences; empty when all is.
 */
export type AnswerCheck = (answer: Pick<AxiosResponse, 'status' | 'data' | 'headers' | 'config'>) => readonly string[];

/** @param answer whose `config` has the method and the path under `/api`, as of an axios instance with a base URL. */
export async function documentedAnswers(): Promise<AnswerCheck> {
  const created: object = await createOpenApi();
  const { paths } = created as { readonly paths: Paths };
  const validate = schemaValidator(created);
  return ({ status, data, headers, config: { method = 'get', url = '' } }) => {
    const [path = ''] = url.split('?');
    const route = routeOf(paths, method, path);
    const said = `${method.toUpperCase()} ${path} answered ${String(status)}`;
    if (route === undefined) return [`${said}: no such route is documented`];
    const response = route.responses[String(status)];
    if (response === undefined) return [`${said}: that status is not documented`];
    const [contentType = ''] = String(headers['content-type'] ?? '').split(';');
    if (response.content === undefined) return data === '' ? [] : [`${said}: no body is documented`];
    const documented = response.content[contentType];
    if (documented === undefined) return [`${said}: the content type ${contentType} is not documented`];
    const name = documented.schema.$ref?.split('/').at(-1);
    if (name === undefined) return [];
    const strict = apiSchemas[name as SchemaName].schema.safeParse(data);
    const unknown = strict.success
      ? []
      : strict.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return [...validate(`#/components/schemas/${name}`, data), ...unknown].map((problem) => `${said}: ${problem}`);
  };
}

function routeOf(paths: Paths, method: string, path: string): Route | undefined {
  const isOf = (template: string): boolean => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const found = Object.entries(paths).find(([template, routes]) => isOf(template) && method.toLowerCase() in routes);
  return found?.[1][method.toLowerCase()];
}

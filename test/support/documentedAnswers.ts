import type { AxiosResponse } from 'axios';
import { createOpenApi } from '../../shared/http/documents/openApi';
import { apiSchemas, type SchemaName } from '../../shared/http/documents/schemas';
import { schemaValidator } from './schemaValidator';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}
interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
}

/**
 * Holds real answers of the API against its OpenAPI document: what is not as documented (route, status, content type,
 * schema, or a member that no schema has), in sentences; empty when all is.
 */
export type AnswerCheck = (answer: Pick<AxiosResponse, 'status' | 'data' | 'headers' | 'config'>) => readonly string[];

/** @param answer whose `config` has the method and the path under `/api`, as of an axios instance with a base URL. */
export async function documentedAnswers(): Promise<AnswerCheck> {
  const created: object = await createOpenApi();
  const { paths } = created as OpenApi;
  const validate = schemaValidator(created);
  return ({ status, data, headers, config: { method = 'get', url = '' } }) => {
    const [path = ''] = url.split('?');
    const route = Object.keys(paths).find(
      (template) =>
        new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) &&
        paths[template]?.[method.toLowerCase()] !== undefined,
    );
    const said = `${method.toUpperCase()} ${path} answered ${String(status)}`;
    if (route === undefined) return [`${said}: no such route is documented`];
    const response = paths[route]?.[method.toLowerCase()]?.responses[String(status)];
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

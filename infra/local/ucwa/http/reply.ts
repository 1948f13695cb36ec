import type { Hal } from './hal';

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What is to be answered, before it is written as JSON or XML. */
export interface Reply {
  readonly status: number;
  readonly headers?: Headers;
  /** `root` is the XML root element: `resource`, `events` or `reason`. A text goes out as it is. */
  readonly body?:
    | { readonly root: 'resource' | 'events' | 'reason'; readonly content: Hal }
    | { readonly root: 'text'; readonly content: string; readonly contentType: string };
}

export const resource = (content: Hal, status = 200): Reply => ({ status, body: { root: 'resource', content } });

export const noContent: Reply = { status: 204 };

export const text = (status: number, contentType: string, content: string, headers: Headers = {}): Reply => ({
  status,
  headers,
  body: { root: 'text', content, contentType },
});

export const json = (status: number, value: unknown, headers: Headers = {}): Reply =>
  text(status, 'application/json', JSON.stringify(value), headers);

/** What IIS and proxies answer: a page, never a UCWA error. */
export const html = (status: number, title: string, headers: Headers = {}): Reply =>
  text(
    status,
    'text/html',
    `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head><body><h2>${title}</h2></body></html>\r\n`,
    headers,
  );

/** UCWA's generic codes by HTTP status (UCWA 2.0, "Generic synchronous errors"). */
const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  415: 'UnsupportedMediaType',
  428: 'PreconditionRequired',
  429: 'TooManyRequests',
  500: 'ServiceFailure',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

/** A UCWA error: `code` from the status, `subcode` where there is one, `message` for a person. */
export function refusal(
  status: number,
  subcode: string | undefined,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const content = {
    code: codes[status] ?? 'ServiceFailure',
    ...(subcode !== undefined && { subcode }),
    message,
    ...more,
  };
  return { status, body: { root: 'reason', content } };
}

/** 400 ParameterValidationFailure that names the parameter. */
export const invalidParameter = (name: string, reason: 'Invalid' | 'Missing' | 'TooLong'): Reply =>
  refusal(400, 'ParameterValidationFailure', 'Please check what you entered and try again.', {
    parameters: [{ name, reason }],
  });

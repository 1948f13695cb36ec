/** A problem document, or an answer that is none; `status` 0 where there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** The end of the problem's `type`: the name of the relay's error; empty where there is none. */
    readonly code: string,
    readonly problem: Readonly<Record<string, unknown>>,
    readonly retryAfterMs: number | undefined,
  ) {
    super(sentenceOf(status, problem));
  }
}

export interface ApiOptions {
  /** Prefix of every route. */
  readonly base: () => string;
  /** What shows who calls, as headers. */
  readonly credentials: () => Readonly<Record<string, string>>;
  /** Called for each 401, before the error is thrown. */
  readonly onUnauthenticated: () => void;
  readonly fetch: typeof globalThis.fetch;
}

/** An answer with its headers. */
export interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** The relay's API with this page's credentials. Every method rejects with an ApiError. */
export interface Api {
  get<Body>(path: string, signal?: AbortSignal): Promise<Body>;
  send<Body>(
    method: 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    path: string,
    body?: unknown,
    headers?: object,
  ): Promise<Answer<Body>>;
  /** The answer as it comes. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export function createApi({ base, credentials, onUnauthenticated, fetch }: ApiOptions): Api {
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...credentials(), ...(init.headers as Record<string, string> | undefined) };
    let response: Response;
    try {
      // The platform's sign-in page is no answer: a redirect means that nobody has signed in.
      response = await fetch(`${base()}${path}`, { ...init, headers, redirect: 'error' });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw new ApiError(0, '', {}, undefined);
    }
    if (response.ok) return response;
    const failed = await toApiError(response);
    if (failed.status === 401) onUnauthenticated();
    throw failed;
  };
  return {
    request,
    get: async <Body>(path: string, signal?: AbortSignal) =>
      (await (await request(path, signal === undefined ? {} : { signal })).json()) as Body,
    send: async <Body>(method: string, path: string, body: unknown = {}, headers = {}): Promise<Answer<Body>> => {
      const response = await request(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { body: (text === '' ? undefined : JSON.parse(text)) as Body, headers: response.headers };
    },
  };
}

async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  let problem: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) problem = parsed as Record<string, unknown>;
  } catch {
    // The platform's own answers are pages or nothing.
  }
  const code = typeof problem['type'] === 'string' ? (problem['type'].split(':').at(-1) ?? '') : '';
  const seconds = Number(response.headers.get('retry-after'));
  return new ApiError(response.status, code, problem, seconds > 0 ? seconds * 1000 : undefined);
}

function sentenceOf(status: number, problem: Readonly<Record<string, unknown>>): string {
  if (status === 0) return 'The relay cannot be reached.';
  const { detail, title } = problem;
  if (typeof detail === 'string' && detail !== '') return detail;
  return typeof title === 'string' ? `${title}.` : `The relay answered ${String(status)}.`;
}

/** What a person is shown of an error. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.message : 'The page failed. Load it again.';
}

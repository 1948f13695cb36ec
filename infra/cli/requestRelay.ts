import type { RelayAddress } from './findRelay';

export interface RelayRequest {
  /** GET unless given. */
  readonly method?: string;
  /** Sent as JSON; nothing unless given. */
  readonly body?: unknown;
  /** Until the whole response is there: milliseconds. */
  readonly timeoutMs: number;
}

export interface RelayResponse {
  readonly status: number;
  /** What `Retry-After` says; null where there is none. */
  readonly retryAfter: string | null;
  readonly text: string;
}

/**
 * One request to the API of a relay, `path` below `/api`, with the key and the token that its address has. Errors: an Error that says which
 * relay does not answer, and why; every status is a response.
 */
export async function requestRelay(
  { url, functionKey, bearerToken }: RelayAddress,
  path: string,
  { method = 'GET', body, timeoutMs }: RelayRequest,
): Promise<RelayResponse> {
  const headers = {
    'x-functions-key': functionKey,
    ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/api${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  } catch (error) {
    throw new Error(`The relay at ${hostOf(url)} does not answer${reasonOf(error)}.`, { cause: error });
  }
}

/** What JSON says; undefined for a text that is none. */
export function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** fetch itself says no more than that it failed. */
function reasonOf(error: unknown): string {
  const { code } = error instanceof Error && error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : {};
  return code === undefined ? '' : ` (${code})`;
}

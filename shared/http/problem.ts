import type { HttpResponseInit } from '@azure/functions';
import { errorTable } from '../errors/errorTable';
import type { RelayError } from '../errors/relayError';

/** RFC 9457 problem document; `code`, `subcode` and `requestId` are UCWA's, as extension members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly [extension: string]: unknown;
}

/** `type` of an error's problem document. */
function problemType(code: RelayError['code']): string {
  return `urn:ucwa-relay:problem:${code}`;
}

/**
 * The problem document of an error of ours: status and title from the one error table. Carries no stack and nothing of the
 * cause. @param instance identifies this occurrence, for support: the invocation's id.
 */
export function toProblem(error: RelayError, instance: string): Problem {
  const { status, title } = errorTable[error.code];
  return {
    ...error.extensions,
    type: problemType(error.code),
    title,
    status,
    detail: error.message,
    instance: `urn:uuid:${instance}`,
  };
}

/** The answer to a caller for an error of ours, with Retry-After in whole seconds where trying again makes sense, and `more` headers. */
export function toProblemResponse(
  error: RelayError,
  instance: string,
  more: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const problem = toProblem(error, instance);
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...retryAfter(error),
      ...challenge(problem.status),
      ...more,
    },
    body: JSON.stringify(problem),
  };
}

/** Upstream trouble always says when to come back (RFC 9110 §10.2.3), five seconds where the upstream did not. */
function retryAfter({ retryAfterMs, retryable, code }: RelayError): Record<string, string> {
  const upstream = errorTable[code].status >= 502;
  if (!retryable && !upstream) return {};
  return { 'retry-after': String(Math.ceil((retryAfterMs ?? 5_000) / 1000)) };
}

function challenge(status: number): Record<string, string> {
  return status === 401 ? { 'www-authenticate': 'Bearer' } : {};
}

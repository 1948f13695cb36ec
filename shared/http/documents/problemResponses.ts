import { errorTable, type ErrorCode } from '../../errors/errorTable';
import type { JsonObject } from './jsonSchemas';
import type { Route } from './routes/route';

/** Errors that any route behind a key can answer. */
const everywhere: readonly ErrorCode[] = [
  'unauthenticated',
  'forbidden',
  'tooManyRequests',
  'settingsInvalid',
  'internal',
  'identityUnavailable',
];

/** Errors that any route with a body can answer. */
const withBody: readonly ErrorCode[] = ['lengthRequired', 'encodingUnsupported'];

/** Errors that say when to come back. */
const comesBack = (code: ErrorCode): boolean => errorTable[code].retryable || errorTable[code].status >= 502;

/** Every error that any of the routes can answer, in the error table's order. */
export function errorCodesOf(routes: readonly Route[]): readonly ErrorCode[] {
  const used = new Set(routes.flatMap(errorsOf));
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => used.has(code));
}

/** A route's error responses: one for each status, which names every error that it can be. */
export function toErrorResponses(route: Route): Readonly<Record<string, JsonObject>> {
  const codes = errorsOf(route);
  const statuses = [...new Set(codes.map((code) => errorTable[code].status))].sort((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      toErrorResponse(codes.filter((code) => errorTable[code].status === status)),
    ]),
  );
}

/** Every error that a route can answer. */
export function errorsOf({ role, body, errors = [] }: Route): readonly ErrorCode[] {
  return [...errors, ...(body === undefined ? [] : withBody), ...(role === 'anonymous' ? [] : everywhere)];
}

function toErrorResponse(codes: readonly ErrorCode[]): JsonObject {
  const headers = {
    ...(codes.some(comesBack) && { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }),
    ...(codes.includes('unauthenticated') && { 'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' } }),
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('. '),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

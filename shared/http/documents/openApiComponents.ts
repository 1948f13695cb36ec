import { errorTable, type ErrorCode } from '../../errors/errorTable';
import { IDEMPOTENCY_KEY } from '../idempotencyKey';
import type { Role } from '../identity/tokenVerifier';
import { problemExample } from './examples/problemExamples';
import type { JsonObject } from './jsonSchemas';

const securitySchemes: JsonObject = {
  functionKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-functions-key',
    description: 'A function or host key of the function app',
  },
  functionKeyInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'code',
    description: 'The same key, for callers that cannot set a header',
  },
  entraId: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A token of Microsoft Entra ID, v1 or v2, for one of ENTRA_AUDIENCE; needed beside the key where ' +
      'ENTRA_TENANT_ID is set. Roles are application roles.',
  },
};

const requestHeaders: JsonObject = {
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description:
      'RFC 7240: `wait=N` waits up to N seconds, 60 at most, for the outcome. Without it the answer is 202 at once.',
    schema: { type: 'string' },
    example: 'wait=10',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'draft-ietf-httpapi-idempotency-key-header: a string of 1 to 255 printable characters, in quotes or ' +
      'without, new for each request. A repeated command is answered as the first was, with or without it.',
    schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  },
  TraceParent: {
    name: 'traceparent',
    in: 'header',
    description:
      'W3C Trace Context: that of the event which this answers, or your own. What the command does is part ' +
      'of that trace; one that cannot be read is ignored.',
    schema: { type: 'string' },
    example: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'HTML standard, server-sent events: the last `id` that was received, unchanged; absent at first.',
    schema: { type: 'string' },
    example: 'e2f1c9a4.42.1768478400000',
  },
  WebhookId: webhookHeader('webhook-id', 'The CloudEvents id, the same for every attempt'),
  WebhookTimestamp: webhookHeader('webhook-timestamp', 'Whole seconds since the epoch, of this attempt'),
  WebhookSignature: webhookHeader(
    'webhook-signature',
    '`v1,<base64 of HMAC-SHA256 over id.timestamp.body>`; two, separated by a space, while a rotation overlaps',
  ),
};

const responseHeaders: JsonObject = {
  RetryAfter: {
    description: 'Seconds after which another try makes sense',
    schema: { type: 'integer', minimum: 0 },
  },
  WwwAuthenticate: { description: 'RFC 6750', schema: { type: 'string' }, example: 'Bearer' },
  Location: {
    description: 'Absolute URL of what was made; DELETE removes it',
    schema: { type: 'string' },
  },
  PreferenceApplied: {
    description: 'RFC 7240: how long it may have waited',
    schema: { type: 'string' },
    example: 'wait=10',
  },
  IdempotencyReplayed: {
    description: 'Present where this command had been sent before: nothing was sent again',
    schema: { type: 'string', const: 'true' },
  },
};

/** The parts that operations refer to, but for the schemas. */
export function openApiComponents(errorCodes: readonly ErrorCode[]): JsonObject {
  return {
    securitySchemes,
    parameters: requestHeaders,
    headers: responseHeaders,
    examples: Object.fromEntries(
      errorCodes.map((code) => [code, { summary: errorTable[code].title, value: problemExample(code) }]),
    ),
  };
}

/** Key in header or query; where Entra ID is set up, a token beside it. (OpenAPI 3.1: roles may be named for any scheme.) */
export function securityOf(role: Role | 'anonymous'): readonly JsonObject[] {
  if (role === 'anonymous') return [];
  const keys = [{ functionKey: [] }, { functionKeyInQuery: [] }];
  return [...keys, ...keys.map((key) => ({ ...key, entraId: [role] }))];
}

function webhookHeader(name: string, description: string): JsonObject {
  return {
    name,
    in: 'header',
    required: true,
    description: `Standard Webhooks. ${description}`,
    schema: { type: 'string' },
  };
}

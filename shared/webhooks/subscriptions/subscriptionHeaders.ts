import { z } from 'zod';

const MAX_HEADERS = 10;
const MAX_NAME_LENGTH = 64;
const MAX_VALUE_LENGTH = 1024;

/** What the relay sets itself, signs, or what would change how the request is framed. */
const reservedNames = [
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-connection',
  'accept-encoding',
  'traceparent',
  'tracestate',
];
const reservedPrefixes = ['content-', 'webhook-', 'ce-'];

/** The pattern stands in the API documents, where there is no flag for ignoring case. */
const ignoringCase = (text: string): string => text.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const reserved = [...reservedNames.map((name) => `${ignoringCase(name)}$`), ...reservedPrefixes.map(ignoringCase)];
/** A token of RFC 9110 §5.6.2. */
const namePattern = new RegExp(`^(?!${reserved.join('|')})[!#$%&'*+.^_\`|~0-9A-Za-z-]{1,${MAX_NAME_LENGTH}}$`);
/** Printable ASCII without spaces at the ends (RFC 9110 §5.5). */
const valuePattern = /^[!-~](?:[ -~]*[!-~])?$/;

/** Header fields that a receiver asks for, by name: API keys, bearer tokens, basic authentication. Names ignore case. */
export const subscriptionHeadersSchema = z
  .record(
    z
      .string()
      .regex(
        namePattern,
        `is no name for a header of a subscription: at most ${MAX_NAME_LENGTH} letters, digits and hyphens; ` +
          `${reservedPrefixes.map((prefix) => `${prefix}*`).join(', ')}, ${reservedNames.join(', ')} are the relay's own`,
      ),
    z
      .string()
      .max(MAX_VALUE_LENGTH, `must have at most ${MAX_VALUE_LENGTH} characters`)
      .regex(valuePattern, 'must be printable ASCII characters without spaces at its ends'),
  )
  .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `must be at most ${MAX_HEADERS} headers`)
  .refine(
    (headers) => new Set(Object.keys(headers).map((name) => name.toLowerCase())).size === Object.keys(headers).length,
    'must name each header once; case does not matter',
  )
  .meta({ maxProperties: MAX_HEADERS });
export type SubscriptionHeaders = z.infer<typeof subscriptionHeadersSchema>;

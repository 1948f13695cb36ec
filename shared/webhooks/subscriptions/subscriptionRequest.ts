import { z } from 'zod';
import { SECRET_PATTERN } from '../delivery/signature';
import { MAX_URL_LENGTH } from '../sender/urlRule';
import { filtersSchema } from './matchesFilter';
import { subscriptionHeadersSchema } from './subscriptionHeaders';

/** What a subscriber is sent: CloudEvents JSON, one flat object for flows, or an Adaptive Card for a Teams channel. */
export const formats = ['cloudevents', 'flat', 'teams'] as const;
export type Format = (typeof formats)[number];

/** CloudEvents HTTP Binding §3.2, structured mode. */
export const CLOUDEVENTS_JSON = 'application/cloudevents+json';
/** The media types in which a receiver can ask for CloudEvents; some frameworks parse `application/json` only. */
export const contentTypes = [CLOUDEVENTS_JSON, 'application/json'] as const;
export type ContentType = (typeof contentTypes)[number];

/**
 * What becomes of a subscription whose URL does not consent by CloudEvents OPTIONS: made with a warning, refused, or not asked.
 * The default is the first, which some generated clients send for what was not set.
 */
export const handshakes = ['warn', 'require', 'skip'] as const;
export type Handshake = (typeof handshakes)[number];

const authority = '([^/?#@\\\\:\\s\\[\\]]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]{0,5})?';
/** Its shape, for the API documents; which hosts and ports are refused, checkUrl names with its rule. */
export const URL_PATTERN = `^[hH][tT][tT][pP][sS]?://${authority}([/?][!-"$-\\[\\]-~]*)?$`;
/** The rules are checkUrl's. */
const url = z
  .string()
  .min(1)
  .describe(
    `URL of at most ${MAX_URL_LENGTH} characters, sent byte for byte; https, or http to names in ` +
      `WEBHOOK_ALLOWED_CIDRS. A host or port that is refused is named by its rule`,
  )
  .meta({ maxLength: MAX_URL_LENGTH, pattern: URL_PATTERN });
const description = z.string().max(256);
const headers = subscriptionHeadersSchema.describe(
  'Sent with each event, for API keys, bearer tokens or basic authentication; stored encrypted and shown as REDACTED',
);
const contentType = z
  .enum(contentTypes)
  .describe('Media type of the format cloudevents; the other formats are always application/json');
const timeoutSeconds = z
  .int()
  .min(1)
  .max(15)
  .describe('How long one attempt waits for the response; unless given 5 while a call rings, 15 otherwise');
/** Some generated clients send 0 for a number that was not set (NSwag without `generateOptionalPropertiesAsNullable`). */
const orZero = (number: z.ZodInt) =>
  z
    .int()
    .min(0)
    .max(number.maxValue ?? 0)
    .describe(`${number.description ?? ''}; 0 is as good as not given`)
    .transform((value) => (value === 0 ? undefined : value));
const maxPerMinute = z.int().min(1).max(6000).describe('Attempts a minute; no limit unless given');
const secret = z.string().regex(SECRET_PATTERN, 'must be whsec_ and the base64 of 24 to 64 bytes');

/** Body of `POST /webhook-subscriptions`. */
export const subscriptionRequestSchema = z.strictObject({
  url,
  description: description.optional(),
  filters: filtersSchema.default({}),
  format: z.enum(formats).default('cloudevents'),
  secret: secret.optional().describe('Generated unless given; shown once'),
  headers: headers.default({}),
  contentType: contentType.optional(),
  timeoutSeconds: orZero(timeoutSeconds).optional(),
  maxPerMinute: orZero(maxPerMinute).optional(),
  handshake: z
    .enum(handshakes)
    .optional()
    .describe('warn unless given; skip for flat and teams, whose makers cannot consent'),
  allowDuplicate: z
    .boolean()
    .default(false)
    .describe('Makes another subscription beside one with the same URL, format and filters'),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequestSchema>;

/**
 * Body of `PATCH /webhook-subscriptions/{id}`; what is left out stays, `null` removes. `state: active` also ends a pause
 * or a disabling. `headers` replaces all of them; a value `REDACTED` keeps the one that there is.
 */
export const subscriptionChangeSchema = z.strictObject({
  url: url.optional(),
  description: description.nullable().optional(),
  filters: filtersSchema.optional(),
  format: z.enum(formats).optional(),
  headers: headers.optional(),
  contentType: contentType.optional(),
  timeoutSeconds: timeoutSeconds.nullable().optional(),
  maxPerMinute: maxPerMinute.nullable().optional(),
  handshake: z.enum(handshakes).optional(),
  state: z.enum(['active', 'paused']).optional(),
});
export type SubscriptionChange = z.infer<typeof subscriptionChangeSchema>;

/** Body of `POST /webhook-subscriptions/{id}/rotate-secret`. */
export const secretRotationSchema = z.strictObject({
  secret: secret.optional().describe('Generated unless given; shown once'),
});

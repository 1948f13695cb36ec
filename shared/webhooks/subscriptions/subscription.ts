import { z } from 'zod';
import { filtersSchema } from './matchesFilter';
import { isSecret } from '../delivery/signature';

/** What a subscriber is sent: CloudEvents JSON, one flat object for flows, or an Adaptive Card for a Teams channel. */
export const formats = ['cloudevents', 'flat', 'teams'] as const;
export type Format = (typeof formats)[number];

/** CloudEvents HTTP Binding §3.2, structured mode. */
export const CLOUDEVENTS_JSON = 'application/cloudevents+json';
/** The media types in which a receiver can ask for CloudEvents; some frameworks parse `application/json` only. */
export const contentTypes = [CLOUDEVENTS_JSON, 'application/json'] as const;
export type ContentType = (typeof contentTypes)[number];

/** What becomes of a subscription whose URL does not consent by CloudEvents OPTIONS: refused, made with a warning, or not asked. */
export const handshakes = ['require', 'warn', 'skip'] as const;
export type Handshake = (typeof handshakes)[number];

const url = z.string().min(1).describe('https URL of at most 2,048 characters, kept byte for byte');
const description = z.string().max(256);

/** Body of `POST /webhook-subscriptions`. */
export const subscriptionRequestSchema = z.strictObject({
  url,
  description: description.optional(),
  filters: filtersSchema.default({}),
  format: z.enum(formats).default('cloudevents'),
  secret: z
    .string()
    .refine(isSecret, 'must be whsec_ and the base64 of 24 to 64 bytes')
    .optional()
    .describe('Generated unless given; shown once'),
  handshake: z
    .enum(handshakes)
    .optional()
    .describe('warn unless given; skip for flat and teams, whose makers cannot consent'),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequestSchema>;

/** Body of `PATCH /webhook-subscriptions/{id}`; what is left out stays. `state: active` also ends a pause or a disabling. */
export const subscriptionChangeSchema = z.strictObject({
  url: url.optional(),
  description: description.optional(),
  filters: filtersSchema.optional(),
  format: z.enum(formats).optional(),
  handshake: z.enum(handshakes).optional(),
  state: z.enum(['active', 'paused']).optional(),
});
export type SubscriptionChange = z.infer<typeof subscriptionChangeSchema>;

const stateSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('active') }),
  z.strictObject({ name: z.literal('paused'), atMs: z.number() }),
  z.strictObject({ name: z.literal('disabled'), atMs: z.number(), reason: z.string() }),
]);

/** A subscription as it is kept. Times are milliseconds since the epoch; secrets are encrypted. */
export const subscriptionSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  description: z.string().optional(),
  filters: filtersSchema,
  format: z.enum(formats),
  handshake: z.enum(handshakes),
  state: stateSchema,
  encryptedSecret: z.string(),
  /** Signs as well until `untilMs`, while a rotation overlaps. */
  previousSecret: z.strictObject({ encrypted: z.string(), untilMs: z.number() }).optional(),
  /** How long a response is waited for; the relay's own bounds unless given. */
  timeoutSeconds: z.number().optional(),
  /** Deliveries a minute that its owner wants at most. */
  maxPerMinute: z.number().optional(),
  /** Deliveries a minute that its handshake granted (`WebHook-Allowed-Rate`). */
  allowedRatePerMinute: z.number().optional(),
  createdBy: z.string(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

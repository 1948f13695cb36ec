import { z } from 'zod';
import { filtersSchema } from './matchesFilter';
import { contentTypes, formats, handshakes } from './subscriptionRequest';

const stateSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('active') }),
  z.strictObject({ name: z.literal('paused'), atMs: z.number() }),
  z.strictObject({ name: z.literal('disabled'), atMs: z.number(), reason: z.string() }),
]);

/** The last request with an Idempotency-Key: the same key is given the same secret again until `untilMs`. */
const keyedRequestSchema = z.strictObject({
  keyHash: z.string(),
  bodyHash: z.string(),
  untilMs: z.number(),
  encryptedSecret: z.string(),
});
export type KeyedRequest = z.infer<typeof keyedRequestSchema>;

/**
 * A subscription as it is stored: one property of a table row, at most 32 Ki characters. Times are milliseconds since the
 * epoch. URL, headers and secrets are encrypted (decryptSubscription).
 */
export const subscriptionSchema = z.strictObject({
  id: z.string(),
  encryptedUrl: z.string(),
  /** See showUrl. */
  shownUrl: z.string(),
  description: z.string().optional(),
  filters: filtersSchema,
  format: z.enum(formats),
  handshake: z.enum(handshakes),
  /** By name, as it was given. */
  encryptedHeaders: z.record(z.string(), z.string()),
  contentType: z.enum(contentTypes).optional(),
  timeoutSeconds: z.number().optional(),
  maxPerMinute: z.number().optional(),
  /** `WebHook-Allowed-Rate` of the handshake. */
  allowedRatePerMinute: z.number().optional(),
  state: stateSchema,
  encryptedSecret: z.string(),
  /** They sign as well until their `untilMs`; the newest first. */
  earlierSecrets: z.array(z.strictObject({ encrypted: z.string(), untilMs: z.number() })),
  createdWith: keyedRequestSchema.optional(),
  rotatedWith: keyedRequestSchema.optional(),
  createdBy: z.string(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** Within a ring a response that takes longer comes too late for another attempt. */
const RING_TIMEOUT_MS = 5000;
/** Standard Webhooks, "Deliverability and reliability": 15 to 30 s. */
const TIMEOUT_MS = 15_000;

/** How long one attempt waits for the response, in milliseconds. @param inRing whether the event expires with a ring. */
export function timeoutMsOf({ timeoutSeconds }: Pick<Subscription, 'timeoutSeconds'>, inRing: boolean): number {
  if (timeoutSeconds !== undefined) return timeoutSeconds * 1000;
  return inRing ? RING_TIMEOUT_MS : TIMEOUT_MS;
}

/** Attempts a minute that the subscriber takes: its own `maxPerMinute` or what its handshake allows; undefined without a limit. */
export function ratePerMinuteOf({
  maxPerMinute,
  allowedRatePerMinute,
}: Pick<Subscription, 'maxPerMinute' | 'allowedRatePerMinute'>): number | undefined {
  const rates = [maxPerMinute, allowedRatePerMinute].filter((rate) => rate !== undefined);
  return rates.length === 0 ? undefined : Math.min(...rates);
}

import { z } from 'zod';
import { filtersSchema } from './matchesFilter';
import { contentTypes, formats, handshakes } from './subscriptionRequest';

const stateSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('active') }),
  z.strictObject({ name: z.literal('paused'), atMs: z.number() }),
  z.strictObject({ name: z.literal('disabled'), atMs: z.number(), reason: z.string() }),
]);

/** A subscription as it is stored. Times are milliseconds since the epoch. */
export const subscriptionSchema = z.strictObject({
  id: z.string(),
  /** See SubscriptionSecrets. */
  encrypted: z.string(),
  /** See showUrl. */
  shownUrl: z.string(),
  description: z.string().optional(),
  filters: filtersSchema,
  format: z.enum(formats),
  handshake: z.enum(handshakes),
  /** Those of its headers, as they were given. */
  headerNames: z.array(z.string()),
  contentType: z.enum(contentTypes).optional(),
  timeoutSeconds: z.number().optional(),
  maxPerMinute: z.number().optional(),
  /** `WebHook-Allowed-Rate` of the handshake. */
  allowedRatePerMinute: z.number().optional(),
  state: stateSchema,
  /** Until when each secret before the last rotations signs as well, the newest first. */
  earlierSecretsUntilMs: z.array(z.number()),
  createdBy: z.string(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** Whether a text can be the id of a subscription: `sub_` and 22 characters of base64url; what is longer was never one. */
export function isSubscriptionId(text: string): boolean {
  return /^sub_[\w-]{1,64}$/.test(text);
}

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

import { z } from 'zod';
import { filtersSchema } from '../../webhooks/subscriptions/matchesFilter';
import { deliveryOutcomes } from '../../invitations/record/deliveryResult';
import { sampleEventNames } from '../../webhooks/subscriptions/sampleEvent';
import { contentTypes, formats, handshakes } from '../../webhooks/subscriptions/subscriptionRequest';
import { pageParameters, refuseReversed, textParameter, windowParameters } from '../listParameters';

/** What the routes about webhook subscriptions answer. */

const time = z.iso.datetime();

export const subscriptionViewSchema = z.strictObject({
  id: z.string(),
  url: z
    .string()
    .describe('Scheme, host and first path segment, then /REDACTED; sent back like this in a PATCH it is no change'),
  description: z.string().optional(),
  filters: filtersSchema,
  format: z.enum(formats),
  handshake: z.enum(handshakes),
  headers: z.record(z.string(), z.string()).optional().describe('Names as given, each with the value REDACTED'),
  contentType: z.enum(contentTypes).optional(),
  timeoutSeconds: z.int().optional(),
  maxPerMinute: z.int().optional(),
  allowedRatePerMinute: z.int().optional().describe('WebHook-Allowed-Rate of the handshake, in attempts a minute'),
  state: z.enum(['active', 'paused', 'disabled']),
  stateSince: time.optional().describe('Since when it is paused or disabled'),
  stateReason: z.string().optional().describe('Why it was disabled'),
  problem: z.string().optional().describe('Why nothing can be sent to it, and what the operator has to do'),
  earlierSecretsUntil: z
    .array(time)
    .optional()
    .describe('Until when each earlier secret signs as well, the newest first'),
  createdBy: z.string().describe('Subject of the token, or key:<hash prefix>'),
  createdAt: time,
  changedAt: time,
});

const secret = z.string().describe('whsec_… (Standard Webhooks); shown this once');
const warnings = z.array(z.string()).describe('What works but may surprise, in sentences');

/** One schema for 201 and 200: of two, generated clients throw on the one they did not expect. */
export const createdSubscriptionSchema = z.strictObject({
  subscription: subscriptionViewSchema,
  secret: secret.optional().describe('whsec_… (Standard Webhooks); shown this once, of a new subscription only'),
  warnings,
});
export const changedSubscriptionSchema = z.strictObject({ subscription: subscriptionViewSchema, warnings });
export const rotatedSecretSchema = z.strictObject({ subscription: subscriptionViewSchema, secret });
export const subscriptionListSchema = z.strictObject({
  subscriptions: z.array(subscriptionViewSchema).describe('The oldest first'),
});

const testEvents = ['test', ...sampleEventNames] as const;

export const testRequestSchema = z.strictObject({
  event: z
    .enum(testEvents, `must be one of ${testEvents.join(', ')}`)
    .default('test')
    .describe('test: `ucwa.subscription.test`; else that event of a sample call which nobody makes'),
});

export const testResultSchema = z.strictObject({
  delivered: z.boolean(),
  status: z.int().optional().describe('HTTP status, where there was an answer'),
  reason: z.string().optional().describe('Why it was not delivered, in a sentence'),
  response: z.string().optional().describe('The answer’s first 4 KiB, redacted'),
  durationMs: z.number(),
});

export const recoverRequestSchema = z.strictObject({
  since: z.iso.datetime({ offset: true }).describe('Everything from this moment on that was not delivered'),
  until: z.iso.datetime({ offset: true }).optional().describe('And before this one; now unless given'),
  dryRun: z.boolean().optional().describe('Counts, and sends nothing'),
});

export const recoveredSchema = z.strictObject({
  queued: z.int().describe('Sent again now (with dryRun: would be); a ring that ends before its turn comes is not'),
  waiting: z.int().describe('Still being tried'),
  delivered: z.int(),
  expired: z.int().describe('Rings that are over: they are never sent late'),
  superseded: z.int().describe('A newer snapshot of the same call stands for it'),
});

export const deliverySchema = z.strictObject({
  subscriptionId: z.string(),
  deliveryId: z.string().describe('What redeliver takes'),
  eventId: z.string().describe('CloudEvents id, and webhook-id of every attempt'),
  type: z.string(),
  subject: z.string(),
  attempt: z.int().describe('Number of the last attempt, or of the one that was due'),
  attempted: z.boolean().describe('Whether that request was made'),
  at: time,
  durationMs: z.number(),
  outcome: z.enum(deliveryOutcomes).describe('How the delivery stands now'),
  status: z.int().optional().describe('HTTP status of the response'),
  reason: z.string().optional(),
  response: z.string().optional().describe('The answer’s first 4 KiB, redacted; on failures only'),
  nextAt: time.optional().describe('When it is tried again; up to five minutes later while its circuit is open'),
});

export const deliveryPageSchema = z.strictObject({
  deliveries: z
    .array(deliverySchema)
    .describe('Those that were not delivered at their first attempt, the newest first'),
  cursor: z.string().optional(),
});

export const deliveriesQuerySchema = z
  .strictObject({
    outcome: z
      .enum(deliveryOutcomes, `must be one of ${deliveryOutcomes.join(', ')}`)
      .optional()
      .describe('How the delivery stands now'),
    status: z.coerce
      .number('must be an HTTP status, such as 503')
      .int('must be an HTTP status, such as 503')
      .min(100, 'must be an HTTP status, such as 503')
      .max(599, 'must be an HTTP status, such as 503')
      .optional()
      .describe('HTTP status of its last response'),
    ...windowParameters('Deliveries of events received'),
    invitationId: textParameter('Deliveries of events of this invitation'),
    ...pageParameters,
  })
  .superRefine(refuseReversed);

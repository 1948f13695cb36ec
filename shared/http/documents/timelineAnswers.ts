import { z } from 'zod';
import { contextSchema } from '../../invitations/calls/callData';
import { commandNames } from '../../invitations/commands/command';
import { outcomeSchema } from '../../invitations/invitationData';
import { deliveryOutcomes } from '../../invitations/record/deliveryResult';
import { filtersSchema } from '../../webhooks/subscriptions/matchesFilter';
import { cursorSchema } from '../cursorSchema';

/** What `GET /invitations/{id}/timeline` answers. */

const time = z.iso.datetime();

const attemptSchema = z.strictObject({
  attempt: z.int().describe('From 1'),
  moves: z.int().optional().describe('How often it had been moved to a later time before'),
  redeliveryId: z.string().optional().describe('Of the redelivery that it belongs to'),
  attempted: z.boolean().describe('False where no request was made: it was moved, or ended without one'),
  outcome: z.enum(deliveryOutcomes).describe('How the delivery stood after this'),
  at: time.optional().describe('When it ended'),
  durationMs: z.number().describe('Of the request'),
  status: z.int().optional().describe('HTTP status of the response'),
  reason: z.string().optional(),
  nextAt: time.optional().describe('When it was to be tried again'),
});

const subscriberSchema = z.strictObject({
  subscriptionId: z.string(),
  description: z.string().optional(),
  outcome: z
    .enum([...deliveryOutcomes, 'pending', 'filtered', 'notSent'])
    .describe(
      'As it stands now; pending: no result is on record yet; filtered: filteredBy tells; notSent: it is paused ' +
        'or its format says nothing of this event',
    ),
  deliveryId: z.string().optional().describe('What redeliver takes'),
  deliveredInMs: z.number().optional().describe('How long the request took that delivered it'),
  deliveredAt: time.optional(),
  filteredBy: z
    .enum(Object.keys(filtersSchema.shape) as [string, ...string[]])
    .optional()
    .describe('The first field of its filters, as they stand now, that excludes the event'),
  changedSince: z
    .literal(true)
    .optional()
    .describe('The subscription was changed after the event: what its filters were then is not known'),
  attempts: z.array(attemptSchema),
});

export const timelineEventSchema = z.strictObject({
  id: z.string(),
  type: z.string().optional().describe('Absent, as all but subscribers, where the event is on a page before'),
  sequence: z.string().optional(),
  state: z.string().optional().describe('Of the invitation'),
  delayed: z.boolean().optional(),
  context: contextSchema.optional(),
  receivedAt: time.optional().describe('When the relay received it from Skype for Business'),
  onBusAt: time.optional().describe('When Service Bus took it'),
  recordedAt: time.optional().describe('When the relay began to deliver it'),
  deliveredAt: time.optional().describe('When the last subscriber so far had it'),
  subscribers: z.array(subscriberSchema),
});

/** A command and what came of it. */
export const settledCommandSchema = z.strictObject({
  id: z.string(),
  at: time,
  command: z.enum([...commandNames, 'start']),
  caller: z.string(),
  authentication: z.string(),
  reason: z.string().optional().describe('Of a decline its reason, of an accept how'),
  to: z.string().optional().describe('Of a start: who was to be called'),
  state: z
    .string()
    .optional()
    .describe('Of cancel and hangup: where the invitation or the call stood when that was sent'),
  result: z.string().describe('sent, or the error code'),
  status: z.int(),
  replayed: z
    .literal(true)
    .optional()
    .describe('The same command had been sent before, and got its first answer again: nothing was sent'),
});

const gapSchema = z.strictObject({
  id: z.string(),
  cause: z.string(),
  after: time.describe('The channel was whole until then'),
  before: time.describe('and again from then on'),
});

export const timelinePartsSchema = z.strictObject({
  events: z.array(timelineEventSchema).describe('In sequence'),
  commands: z.array(settledCommandSchema).describe('In the order of their time'),
  gaps: z.array(gapSchema).describe('Of the account’s channel while the call went on'),
});

export const timelineSchema = timelinePartsSchema.extend({
  invitationId: z.string(),
  account: z.string().describe('SIP URI of the account'),
  state: z.enum(['active', 'ended']).describe('active: it may still be ringing'),
  startedAt: time.describe('Time of its earliest event'),
  sequence: z.string().describe('Of the latest snapshot; the greater, as text, is the later'),
  expiresAt: time.optional().describe('When the ring is surely over'),
  endedBy: z.enum(['completed', 'gap', 'expiry']).optional(),
  outcome: outcomeSchema.optional(),
  cursor: z.string().optional().describe('Of the next page; absent on the last'),
});

export const timelineQuerySchema = z.strictObject({
  cursor: cursorSchema.optional(),
});

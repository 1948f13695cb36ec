import { z } from 'zod';
import { callConnectedSchema, callEndedSchema, contextSchema } from '../../invitations/calls/callData';
import { commandNames } from '../../invitations/commands/command';
import { invitationDataSchema, mediaOfferSchema, outcomeSchema } from '../../invitations/invitationData';

/**
 * What the routes about invitations, people and health answer. A document says that further members may come; the tests hold the
 * real answers to exactly these.
 */

const invitationId = z.string().describe('An event’s invitationId, unchanged');
const time = z.iso.datetime();

export const invitationViewSchema = z.strictObject({
  invitationId,
  account: z.string().describe('SIP URI of the account'),
  state: z.enum(['active', 'ended']).describe('active: it may still be ringing'),
  startedAt: time.describe('Time of its earliest event'),
  sequence: z.string().describe('Of the latest snapshot; the greater, as text, is the later'),
  expiresAt: time.optional().describe('When the ring is surely over'),
  endedBy: z
    .enum(['completed', 'gap', 'expiry'])
    .optional()
    .describe('How it is known to have ended: its completed event, a gap in the channel, or its ring time'),
  invitation: invitationDataSchema.describe('The latest snapshot'),
});

export const invitationPageSchema = z.strictObject({
  invitations: z
    .array(invitationViewSchema)
    .describe(
      'The newest first; each invitation once. While there is a cursor, a page may hold less than its limit, or nothing',
    ),
  cursor: z.string().optional().describe('Of the next page; absent on the last'),
});

export const invitationHistorySchema = invitationViewSchema.extend({
  history: z
    .array(
      z.strictObject({
        id: z.string(),
        type: z.string(),
        time: time,
        sequence: z.string().optional(),
        data: invitationDataSchema,
      }),
    )
    .describe('Every event of the invitation, in sequence'),
  call: z
    .strictObject({ connected: callConnectedSchema.optional(), ended: callEndedSchema.optional() })
    .optional()
    .describe('Of a call that the account’s application is part of: data of ucwa.call.connected and ucwa.call.ended'),
});

export const liveOfferSchema = z.strictObject({
  invitationId,
  sessionContext: z.string().describe('What an answer names unless it gives another'),
  offers: z.array(mediaOfferSchema).describe('The one to answer is the one that is not the fall-back'),
});

export const commandSentSchema = z.strictObject({
  result: z.literal('sent').describe('Skype for Business has the command'),
  invitationId,
  command: z.enum([...commandNames, 'start']).describe('What was sent'),
  operationId: z.string().optional().describe('Of a start: in every event of the invitation'),
  state: z
    .string()
    .optional()
    .describe(
      'Of cancel and hangup: where the invitation or the call stood when that was sent. A cancel that comes after the answer may hang up',
    ),
  sessionContext: z.string().optional().describe('Of an accept with an SDP: the session context that the answer named'),
  outcome: outcomeSchema.optional().describe('With Prefer: wait, where it came in time: how the call went on'),
});

export const attachedContextSchema = z.strictObject({
  invitationId,
  attachedAt: time,
  context: contextSchema,
});

export const erasedSchema = z.strictObject({ removed: z.int().describe('How many records there were') });

const healthStatusSchema = z.enum(['pass', 'warn', 'fail']);

export const livenessSchema = z.strictObject({ status: z.literal('pass') });

export const healthSchema = z.strictObject({
  status: healthStatusSchema.describe(
    'The worst of the checks; of the accounts by their count: it fails where one in twenty fails, and warns where any does',
  ),
  checks: z
    .record(
      z.string(),
      z.array(
        z.looseObject({
          status: healthStatusSchema,
          componentType: z.string().optional(),
          observedValue: z
            .union([z.string(), z.number()])
            .optional()
            .describe(
              'State of the account (connected when calls are heard) or of the webhook; how many accounts; send or receive at an ' +
                'entity; how far this clock is ahead',
            ),
          observedUnit: z.string().optional(),
          states: z.record(z.string(), z.int()).optional().describe('Of the accounts: how many are in each state'),
          time: time.optional().describe('Of the last poll'),
          lastPollAgeSeconds: z.int().optional(),
          tokenRemainingSeconds: z.int().optional(),
          modalities: z.array(z.string()).optional(),
          deliveries: z
            .looseObject({
              attempts: z.int(),
              delivered: z.int(),
              expired: z.int(),
              dead: z.int(),
              disabled: z.int(),
              failuresInRow: z.int(),
            })
            .optional()
            .describe('Of the webhook, since it was made'),
          lastDeliveredAt: time.optional().describe('Of the webhook'),
          output: z.string().optional().describe('What is wrong, in a sentence'),
        }),
      ),
    )
    .describe(
      'By component: settings, storage, accounts, account:<SIP URI> of the worst twenty, webhook:<subscription id>',
    ),
});

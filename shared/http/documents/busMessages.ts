import { z } from 'zod';
import {
  acceptFieldsSchema,
  bareCommandNames,
  commandNames,
  declineBodySchema,
  emptyBodySchema,
} from '../../invitations/commands/command';
import { startBodySchema } from '../../invitations/commands/startCommand';
import type { CommandReply } from '../../messaging/commandQueue';
import { commandEnvelopeSchema } from '../../messaging/queuedCommand';

/** The messages of the queues, as AsyncAPI tells them. */

const { caller, replyTo, idempotencyKey, traceparent } = commandEnvelopeSchema.shape;
const sender = { caller, replyTo, idempotencyKey, traceparent };
const envelope = { invitationId: z.string().min(1), ...sender };

/** A command: its name, whom it is to, and the fields of that command's HTTP body. */
export const queuedCommandSchema = z.union([
  acceptFieldsSchema.extend({ command: z.literal('accept'), ...envelope }),
  declineBodySchema.extend({ command: z.literal('decline'), ...envelope }),
  emptyBodySchema.extend({ command: z.enum(bareCommandNames), ...envelope }),
  startBodySchema.extend({ command: z.literal('start'), ...sender }),
]);

export const commandReplySchema = z.strictObject({
  correlationId: z.string().describe('messageId of the command'),
  invitationId: z.string().exactOptional().describe('Absent where a call was to be started and was not'),
  command: z.enum([...commandNames, 'start']),
  operationId: z.string().exactOptional().describe('Of a start: in every event of the invitation'),
  result: z.string().describe('sent, or the error’s code'),
  sessionContext: z.string().exactOptional().describe('Of an accept with an SDP: the session context that it named'),
  state: z
    .string()
    .exactOptional()
    .describe('Of cancel and hangup: where the invitation or the call stood when that was sent'),
  message: z.string().exactOptional().describe('The error in a sentence'),
}) satisfies z.ZodType<CommandReply>;

export const unreadableEventSchema = z.strictObject({
  id: z.string(),
  account: z.string(),
  time: z.iso.datetime(),
  sequence: z.string().optional(),
  reason: z.string().describe('What was wrong, in a sentence'),
  raw: z.string().optional().describe('The text as it came'),
  rawBlob: z
    .string()
    .optional()
    .describe(
      'Name of the blob in the container unreadable-events that holds the text; instead of raw where it is large',
    ),
});

const traceProperties = {
  traceparent: z.string().optional().describe('W3C Trace Context'),
  'Diagnostic-Id': z.string().optional().describe('The same, under the name that Azure’s SDKs read'),
};

/** Application properties of every event, for the filters of subscriptions. What an event does not have is absent. */
export const eventPropertiesSchema = z.strictObject({
  type: z.string().describe('CloudEvents type'),
  account: z.string(),
  kind: z.string().optional(),
  event: z.string().optional(),
  direction: z.string().optional(),
  state: z.string().optional(),
  importance: z.string().optional(),
  ...traceProperties,
});

export const unreadablePropertiesSchema = z.strictObject({ account: z.string(), ...traceProperties });

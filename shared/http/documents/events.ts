import { z } from 'zod';
import { commandNames, type CommandSettlement } from '../../invitations/commands/command';
import { callConnectedSchema, callContextSchema, callEndedSchema } from '../../invitations/calls/callData';
import { invitationDataSchema } from '../../invitations/invitationData';
import { kinds } from '../../invitations/kinds';
import type { ChannelGap } from '../../invitations/events/relayEvent';
import { cloudEventSchema } from '../../invitations/events/cloudEvent';
import { subscriberEventNames, type SubscriberReport } from '../../webhooks/delivery/subscriberEvents';
import type { SubscriptionTest } from '../../webhooks/subscriptions/sampleEvent';

/** Types of the events of the kinds of invitation that there are now. */
const invitationEventTypes: readonly string[] = Object.values(kinds).flatMap(({ rel }) =>
  ['started', 'updated', 'completed'].map((event) => `ucwa.${rel}.${event}`),
);

/** An invitation event as it is on the topic and, without SDP, in webhooks: envelope and data. */
export const invitationEventSchema = cloudEventSchema.extend({
  type: z
    .string()
    .regex(/^ucwa\.[A-Za-z]+\.(started|updated|completed)$/)
    .meta({ description: 'ucwa.<rel>.<started|updated|completed>', examples: [...invitationEventTypes] }),
  sequence: z.string().min(1).describe('Orders the events of one invitation as text; not dense, compares nothing else'),
  partitionkey: z.string().min(1).describe('The same as subject'),
  data: invitationDataSchema,
});

const channelGapSchema = z.strictObject({
  account: z.string(),
  cause: z.enum(['resume', 'applicationLost', 'outage', 'channelGone']),
  after: z.iso.datetime().describe('The last moment at which the channel was known whole'),
  before: z.iso.datetime().describe('The moment at which it was whole again'),
}) satisfies z.ZodType<ChannelGap>;

const commandSettlementSchema = z.strictObject({
  invitationId: z.string().exactOptional().describe('Absent where a call was to be started and was not'),
  command: z.enum([...commandNames, 'start']),
  caller: z.string().describe('The token’s subject, key:<hash prefix>, or queue:<what the message said>'),
  authentication: z.enum(['key', 'token', 'capability', 'unverified']),
  reason: z.string().exactOptional().describe('The decline reason, or how it was accepted'),
  to: z.string().exactOptional().describe('Of a start: who was to be called'),
  state: z
    .string()
    .exactOptional()
    .describe('Of cancel and hangup: where the invitation or the call stood when that was sent'),
  result: z.string().describe('sent, or the error’s code'),
  status: z.int().describe('HTTP status of the answer'),
  replayed: z
    .literal(true)
    .exactOptional()
    .describe('The same caller’s same command had been sent before, and got its first answer again: nothing was sent'),
}) satisfies z.ZodType<CommandSettlement>;

const subscriberReportSchema = z.strictObject({
  subscriptionId: z.string(),
  url: z.string().describe('Redacted'),
  description: z.string().exactOptional(),
  reason: z.string(),
}) satisfies z.ZodType<SubscriberReport>;

const subscriptionTestSchema = z.strictObject({
  subscriptionId: z.string(),
  message: z.string(),
}) satisfies z.ZodType<SubscriptionTest>;

/** A hole in an account’s channel: what a consumer thought open may have ended unseen. */
export const channelGapEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.channel.gap'),
  data: channelGapSchema,
});

const ofCall = {
  sequence: z.string().min(1).describe('Among the events of the invitation'),
  partitionkey: z.string().min(1),
};

/** A call that the account’s application is part of was connected. */
export const callConnectedEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.call.connected'),
  ...ofCall,
  data: callConnectedSchema,
});

/** It has ended. */
export const callEndedEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.call.ended'),
  ...ofCall,
  data: callEndedSchema,
});

/** A consumer attached something to a call. */
export const callContextEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.call.context'),
  partitionkey: z.string().min(1),
  data: callContextSchema,
});

/** A command and what came of it, refused or not. */
export const commandSettledEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.command.settled'),
  data: commandSettlementSchema,
});

/** A subscriber begins to fail, takes events again, or was disabled. */
export const subscriberReportEventSchema = cloudEventSchema.extend({
  type: z.enum(subscriberEventNames.map((name) => `ucwa.subscription.${name}` as const)),
  data: subscriberReportSchema,
});

/** What `POST /webhook-subscriptions/{id}/test` sends; never on the topic. */
export const subscriptionTestEventSchema = cloudEventSchema.extend({
  type: z.literal('ucwa.subscription.test'),
  data: subscriptionTestSchema,
});

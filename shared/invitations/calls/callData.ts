import { z } from 'zod';
import { knownDirections, personSchema } from '../invitationData';

/**
 * `data` of the events that follow a call beyond its invitation. UCWA gives no times: all are of the relay's receipt, and where
 * the channel was not read meanwhile the moment lies between `notBefore` and `notAfter`.
 */

/** What can be done with a call that goes on. */
const callActionNames = ['hangup', 'hold', 'resume'] as const;
export type CallActionName = (typeof callActionNames)[number];

/** Largest context that is taken, in bytes of its JSON as UTF-8. */
export const MAX_CONTEXT_BYTES = 4096;

/** What a consumer knows of a call. Members are the consumer's own. */
export const contextSchema = z
  .record(z.string(), z.unknown(), 'must be a JSON object')
  .describe('What a consumer attached: any JSON object of at most 4 KB');
export type CallContext = z.infer<typeof contextSchema>;

const common = {
  invitationId: z.string().describe('Of the invitation that led to the call; names the call in every command'),
  account: z.string().describe('SIP URI of the account whose call it is'),
  kind: z.string().describe('audioVideo or phoneAudio'),
  direction: z
    .string()
    .exactOptional()
    .meta({ examples: [...knownDirections], description: 'incoming or outgoing' }),
  threadId: z.string().exactOptional().describe('The conversation; shared by the invitations of one call'),
};

/** `data` of `ucwa.call.context`. */
export const callContextSchema = z.strictObject({
  ...common,
  caller: z.string().describe('Who attached it: the token’s subject, or key:<hash prefix>'),
  context: contextSchema.describe('The whole of it, in place of what was there before; empty where it was taken away'),
});
export type CallContextData = z.infer<typeof callContextSchema>;

const attached = {
  context: contextSchema
    .exactOptional()
    .describe('What a consumer attached; in webhooks and records, never on the topic'),
};

const bounds = {
  delayed: z.literal(true).exactOptional().describe('Present when the event is late by more than five seconds'),
  notBefore: z.iso
    .datetime()
    .exactOptional()
    .describe('After an outage only: it happened at or after this moment, when the channel was last known to be empty'),
  notAfter: z.iso.datetime().exactOptional().describe('After an outage only: it happened at or before this moment'),
};

/** `data` of `ucwa.call.connected`. */
export const callConnectedSchema = z.strictObject({
  ...common,
  connectedAt: z.iso.datetime().describe('When the relay received it'),
  ...bounds,
  participants: z
    .array(personSchema.omit({ resolved: true }))
    .exactOptional()
    .describe('The other side, as far as Skype for Business shows who that is'),
  actions: z
    .array(z.enum(callActionNames))
    .describe('What can be done now; hold and resume only where Skype for Business links them'),
  ...attached,
});
export type CallConnected = z.infer<typeof callConnectedSchema>;

/** `data` of `ucwa.call.ended`. */
export const callEndedSchema = z.strictObject({
  ...common,
  connectedAt: z.iso
    .datetime()
    .exactOptional()
    .describe('As in ucwa.call.connected; absent where only bounds are known'),
  endedAt: z.iso.datetime().describe('When the relay received it'),
  ...bounds,
  durationSeconds: z
    .int()
    .min(0)
    .exactOptional()
    .describe('From connected to ended; absent where only bounds of one of them are known'),
  endedBy: z
    .literal('relay')
    .exactOptional()
    .describe('The relay was asked to hang up. Absent otherwise: Skype for Business does not tell who hung up'),
  reason: z
    .strictObject({
      code: z.string().exactOptional(),
      subcode: z.string().exactOptional(),
      message: z.string().exactOptional(),
    })
    .exactOptional()
    .describe('UCWA’s reason, verbatim, where it gives one'),
  ...attached,
});
export type CallEnded = z.infer<typeof callEndedSchema>;

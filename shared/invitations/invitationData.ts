import { z } from 'zod';

/**
 * `data` of an invitation event: a whole snapshot of the invitation at that moment. What UCWA did not send is absent,
 * never an empty string or a guess; an enumeration value that is not known is carried as it came.
 *
 * This schema is the one source of the event's type, its JSON Schema, and the API documents.
 */

/** Known values for documents and completion; anything else UCWA sends passes through. */
const openEnum = (values: readonly string[]) =>
  z.string().meta({ examples: [...values], description: `One of ${values.join(', ')}; a value unknown to the relay is carried as it came.` });

export const knownStates = ['connecting', 'alerting', 'teamRing', 'forwarded', 'connected', 'cancelled', 'declined', 'failed'] as const;
export const knownDirections = ['incoming', 'outgoing'] as const;
export const knownImportances = ['normal', 'urgent', 'emergency'] as const;
export const actionNames = ['acceptWithAnswer', 'acceptWithPhoneAudio', 'accept', 'decline', 'cancel', 'sendProvisionalAnswer'] as const;
export type ActionName = (typeof actionNames)[number];
export const outcomeResults = ['answered', 'answeredElsewhere', 'declined', 'busy', 'missed', 'cancelled', 'forwarded', 'transferred', 'failed'] as const;

export const personSchema = z.strictObject({
  uri: z.string().optional(),
  name: z.string().optional(),
});
export type Person = z.infer<typeof personSchema>;

export const callerSchema = z.strictObject({
  uri: z.string().optional(),
  name: z.string().optional(),
  phoneNumber: z.string().optional().describe('E.164, only where the caller has a global number'),
  callerType: z.enum(['user', 'phone', 'guest', 'withheld']).optional().describe('Only where it shows'),
  sourceNetwork: z.string().optional(),
  role: z.string().optional(),
  anonymous: z.boolean().optional(),
  inLobby: z.boolean().optional(),
  organizer: z.boolean().optional(),
  workPhoneNumber: z.string().optional(),
  otherPhoneNumber: z.string().optional(),
});

export const mediaOfferSchema = z.strictObject({
  contentId: z.string().optional(),
  fallback: z.boolean(),
  sdp: z.string().optional().describe('Only with RELAY_INCLUDE_SDP; never in webhooks or tables'),
});

export const outcomeSchema = z.strictObject({
  result: z.enum(outcomeResults),
  answered: z.boolean().optional().describe('Absent where it is not known'),
  answeredBy: z.enum(['relay', 'otherEndpoint', 'otherPerson', 'voicemail', 'unknown']).optional(),
  scope: z.enum(['thisEndpoint', 'allEndpoints']).optional(),
  status: z.string().optional(),
  code: z.string().optional(),
  subcode: z.string().optional(),
  message: z.string().optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const invitationDataSchema = z.strictObject({
  invitationId: z.string(),
  event: z.enum(['started', 'updated', 'completed']),
  kind: z.string(),
  account: z.string(),
  direction: openEnum(knownDirections).optional(),
  state: openEnum(knownStates).optional(),
  importance: openEnum(knownImportances).optional(),
  subject: z.string().optional(),
  threadId: z.string().optional(),
  operationId: z.string().optional(),
  sessionContext: z.string().optional(),
  privateLine: z.boolean().optional(),
  joinAudioMuted: z.boolean().optional(),
  joinVideoMuted: z.boolean().optional(),
  bandwidthControlId: z.string().optional(),
  delayed: z.boolean().optional(),
  from: callerSchema.optional(),
  to: personSchema.optional(),
  onBehalfOf: personSchema.optional(),
  delegator: personSchema.optional(),
  forwardedBy: personSchema.optional(),
  transferredBy: personSchema.optional(),
  acceptedBy: z.array(personSchema).optional(),
  modalities: z.array(openEnum(['audio', 'video'])).optional(),
  media: z.strictObject({ offers: z.array(mediaOfferSchema).optional(), customContent: z.string().optional() }).optional(),
  location: z
    .strictObject({
      address: z.string().optional(),
      building: z.string().optional(),
      city: z.string().optional(),
      state: z.string().optional(),
      country: z.string().optional(),
      zip: z.string().optional(),
    })
    .optional(),
  related: z
    .strictObject({
      conversation: z.string().optional(),
      audioVideo: z.string().optional(),
      derivedConversation: z.string().optional(),
      derivedAudioVideo: z.string().optional(),
      replacesAudioVideo: z.string().optional(),
    })
    .optional(),
  actions: z.array(z.enum(actionNames)).describe('The links present at that moment: what can be done'),
  omitted: z.array(z.string()).optional().describe('Parts left out because the message would have been too large for the bus'),
  outcome: outcomeSchema.optional().describe('On completed'),
});
export type InvitationData = z.infer<typeof invitationDataSchema>;

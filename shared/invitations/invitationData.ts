import { z } from 'zod';

/**
 * `data` of an invitation event: a whole snapshot of the invitation at that moment. What UCWA did not send is absent,
 * never an empty string or a guess; an enumeration value that is not known is carried as it came.
 *
 * This schema is the one source of the event's type, its JSON Schema, and the API documents.
 */

/** Known values for documents and completion; anything else UCWA sends passes through. */
const openEnum = (values: readonly string[]) =>
  z.string().meta({
    examples: [...values],
    description: `One of ${values.join(', ')}; a value unknown to the relay is carried as it came.`,
  });

export const knownStates = [
  'connecting',
  'alerting',
  'teamRing',
  'forwarded',
  'connected',
  'cancelled',
  'declined',
  'failed',
] as const;
export const knownDirections = ['incoming', 'outgoing'] as const;
export const knownImportances = ['normal', 'urgent', 'emergency'] as const;
export const actionNames = [
  'acceptWithAnswer',
  'acceptWithPhoneAudio',
  'accept',
  'decline',
  'cancel',
  'sendProvisionalAnswer',
] as const;
export type ActionName = (typeof actionNames)[number];
export const outcomeResults = [
  'answered',
  'answeredElsewhere',
  'declined',
  'busy',
  'missed',
  'cancelled',
  'forwarded',
  'transferred',
  'failed',
] as const;

const routes = ['direct', 'delegate', 'forwarded', 'transferred', 'unknown'] as const;
export type Route = (typeof routes)[number];

export const personSchema = z.strictObject({
  uri: z.string().optional().describe('sip: or tel: URI'),
  name: z.string().optional().describe('As it is displayed'),
  resolved: z
    .boolean()
    .optional()
    .describe('false: Skype for Business did not show this person in time; what is here stands in the link itself'),
});
export type Person = z.infer<typeof personSchema>;

export const calleeSchema = z.strictObject({
  uri: z.string().optional().describe('sip: or tel: URI'),
  name: z.string().optional().describe('As it is displayed'),
  phoneNumber: z.string().optional().describe('E.164, only where the URI holds a global number'),
});

export const callerSchema = z.strictObject({
  uri: z.string().optional().describe('sip: or tel: URI'),
  name: z.string().optional().describe('As it is displayed'),
  phoneNumber: z.string().optional().describe('E.164, only where the caller has a global number'),
  callerType: z
    .enum(['user', 'phone', 'guest', 'service', 'withheld'])
    .optional()
    .describe('Only where it shows; guest: somebody who has not signed in; service: a server application'),
  sourceNetwork: z
    .string()
    .optional()
    .describe('sameEnterprise, federated, publicCloud, everyone or unknown; another value is carried as it came'),
  role: z
    .string()
    .optional()
    .describe('Role in the conversation: attendee, leader or unknown; another value is carried as it came'),
  anonymous: z.boolean().optional().describe('Not signed in'),
  inLobby: z.boolean().optional().describe('Waits in a meeting’s lobby'),
  organizer: z.boolean().optional().describe('Organises the meeting'),
  workPhoneNumber: z.string().optional(),
  otherPhoneNumber: z.string().optional(),
  contact: z
    .strictObject({
      title: z.string().optional(),
      department: z.string().optional(),
      company: z.string().optional(),
      office: z.string().optional(),
    })
    .optional()
    .describe('Only with RELAY_CONTACT_DETAILS: what Skype for Business tells of the caller, where it came in time'),
});

export const mediaOfferSchema = z.strictObject({
  contentId: z.string().optional().describe('The processedOfferId of an answer to this offer'),
  fallback: z.boolean().describe('The alternative for clients of 2007: an answer never goes to this one'),
  sdp: z.string().optional().describe('Only with RELAY_INCLUDE_SDP; never in webhooks or tables'),
});

export const outcomeSchema = z.strictObject({
  result: z.enum(outcomeResults).describe('How the call ended, by the outcome table'),
  answered: z.boolean().optional().describe('Absent where it is not known'),
  answeredBy: z
    .enum(['relay', 'otherEndpoint', 'otherPerson', 'voicemail', 'unknown'])
    .optional()
    .describe('Who took the call'),
  scope: z
    .enum(['thisEndpoint', 'allEndpoints'])
    .optional()
    .describe('Where the ringing ended; absent where it is not known'),
  status: z.string().optional().describe('UCWA’s status, verbatim'),
  code: z.string().optional().describe('UCWA’s reason code, verbatim'),
  subcode: z.string().optional().describe('UCWA’s reason subcode, verbatim'),
  message: z.string().optional().describe('UCWA’s reason in words, verbatim'),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const invitationDataSchema = z.strictObject({
  invitationId: z.string().describe('Names the invitation in every command; opaque, at most 128 characters'),
  event: z.enum(['started', 'updated', 'completed']).describe('What happened to the invitation'),
  kind: z.string().describe('audioVideo, phoneAudio or onlineMeeting'),
  account: z.string().describe('SIP URI of the account whose phone rings'),
  direction: openEnum(knownDirections).optional(),
  state: openEnum(knownStates).optional(),
  importance: openEnum(knownImportances).optional(),
  subject: z.string().optional().describe('What the caller says that it is about'),
  threadId: z.string().optional().describe('The conversation; shared by the invitations of one call'),
  operationId: z.string().optional().describe('Of an outgoing call: the id its maker gave it'),
  sessionContext: z
    .string()
    .optional()
    .describe('What an SDP answer names; absent on most incoming calls, where the relay makes one'),
  privateLine: z.boolean().optional().describe('The call is to the user’s private line'),
  joinAudioMuted: z.boolean().optional(),
  joinVideoMuted: z.boolean().optional(),
  bandwidthControlId: z.string().optional(),
  delayed: z
    .boolean()
    .optional()
    .describe('True when the event is late by more than five seconds; the invitation was then read again before this'),
  route: z
    .enum(routes)
    .optional()
    .describe('How an incoming call came to this account, by the table under “How the call came here”'),
  from: callerSchema.optional().describe('Who calls'),
  to: calleeSchema.optional().describe('Who was meant to be called'),
  onBehalfOf: personSchema
    .optional()
    .describe('On whose behalf the invitation was received; usually there when a delegate calls for somebody else'),
  delegator: personSchema.optional().describe('On whose behalf the call is made'),
  forwardedBy: personSchema.optional().describe('Who last forwarded the call before it came here'),
  transferredBy: personSchema.optional().describe('Who transferred the call'),
  acceptedBy: z.array(personSchema).optional().describe('Who took the call, where UCWA names anyone'),
  phoneNumber: z
    .string()
    .optional()
    .describe('Of a phoneAudio invitation: the user’s telephone that rings, in E.164 where it is a global number'),
  modalities: z
    .array(openEnum(['audio', 'video']))
    .optional()
    .describe('What is offered, as far as the offer shows it'),
  media: z
    .strictObject({
      offers: z.array(mediaOfferSchema).optional(),
      customContent: z.string().optional().describe('What the caller’s client attached, where it is text'),
    })
    .optional(),
  location: z
    .strictObject({
      address: z.string().optional(),
      building: z.string().optional(),
      city: z.string().optional(),
      state: z.string().optional(),
      country: z.string().optional(),
      zip: z.string().optional(),
    })
    .optional()
    .describe('Where an emergency call comes from'),
  related: z
    .strictObject({
      conversation: z.string().optional(),
      audioVideo: z.string().optional(),
      phoneAudio: z.string().optional(),
      derivedConversation: z.string().optional(),
      derivedAudioVideo: z.string().optional(),
      derivedPhoneAudio: z.string().optional(),
      replacesAudioVideo: z.string().optional(),
      replacesPhoneAudio: z.string().optional(),
    })
    .optional()
    .describe('Paths of UCWA resources'),
  actions: z
    .array(z.enum(actionNames))
    .describe('The links present at that moment: what can be done; of an onlineMeeting decline only'),
  context: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What a consumer attached (PUT /invitations/{id}/context); in webhooks and records, never on the topic'),
  omitted: z
    .array(z.string())
    .optional()
    .describe('Parts left out for size: for the bus, or in webhooks beyond 30,000 characters of JSON'),
  outcome: outcomeSchema.optional().describe('On completed'),
});
export type InvitationData = z.infer<typeof invitationDataSchema>;

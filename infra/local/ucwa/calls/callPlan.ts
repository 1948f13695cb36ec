import { z } from 'zod';
import { DEFAULT_ACCOUNT, toAccount } from '../signIn/account';

export const scenarios = [
  'answered',
  'declined',
  'missed',
  'cancelled',
  'answeredElsewhere',
  'forwarded',
  'outgoing',
] as const;
/** What becomes of an outgoing call at the user's own phone, which rings first, and then at the phone that is called. */
const ownPhoneEndings = ['answers', 'fails', 'noAnswer'] as const;
const calleeEndings = ['answers', 'declines', 'busy', 'noAnswer'] as const;
export type Scenario = (typeof scenarios)[number];

/** `alice@contoso.com`, `sip:…`, `tel:+44…` or `+44…`; anything else is refused. */
const address = z
  .string()
  .regex(
    /^(sip:[^@\s]+@[^@\s]+|tel:\+?[\d().-]+(;[^\s]*)?|\+[\d().-]+|[^@\s:]+@[^@\s]+)$/i,
    'must be a sip: or tel: URI, an address user@domain, or a number +44…',
  )
  .transform((text) => (/^(sip|tel):/i.test(text) ? text : text.startsWith('+') ? `tel:${text}` : `sip:${text}`));

/** The first letter as UCWA writes it, whatever the case it was given in. */
const enumeration = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? (values.find((known) => known.toLowerCase() === value.toLowerCase()) ?? value)
        : value,
    z.enum(values),
  );

/** The body of `POST /sim/calls`; seconds are of the simulator's clock. */
export const callSchema = z.strictObject({
  account: z.string().min(1).transform(toAccount).default(DEFAULT_ACCOUNT),
  /** The other side; in an outgoing call without `to`, whom the user calls. */
  from: address,
  /** The other side's name as it is shown. */
  name: z.string().optional(),
  to: address.optional(),
  modalities: z
    .array(enumeration(['audio', 'video', 'phoneAudio', 'messaging', 'applicationSharing']))
    .min(1)
    .default(['audio']),
  /** A conference call: an onlineMeetingInvitation, which alone may come without sound or picture. */
  onlineMeeting: z.boolean().default(false),
  subject: z.string().max(250).default(''),
  importance: enumeration(['Normal', 'Urgent', 'Emergency']).default('Normal'),
  /** What happens by itself; without one the call rings until someone acts, the caller hangs up, or the ring time ends. */
  scenario: z.enum(scenarios).optional(),
  ringSeconds: z.number().positive().max(3600).default(30),
  /** When the scenario's outcome comes: default 2; outgoing: two thirds of the ring time, so that there is time to cancel. */
  afterSeconds: z.number().min(0).max(3600).optional(),
  /** Of an outgoing call: the two legs. `afterSeconds` is when the callee acts. */
  ownPhone: z.enum(ownPhoneEndings).default('answers'),
  callee: z.enum(calleeEndings).default('answers'),
  /** A talk ends after so long, if nobody hangs up before. */
  talkSeconds: z.number().positive().max(86_400).default(60),
  /** False: neither holdPhoneAudio nor resumePhoneAudio is linked, as for users of Call via Work. */
  holdLinked: z.boolean().default(true),
  /** False: the modality links nothing that stops it. */
  stopLinked: z.boolean().default(true),
  /** Of an outgoing call that a client starts: the `Location` of the answer is another address than the events' own. */
  otherLocation: z.boolean().default(false),
  /** The invitation's events embed nothing. */
  linkOnly: z.boolean().default(false),
  /** The user has a telephone line of their own, so that the call can be taken there without a number from makeMeAvailable. */
  line: z.boolean().default(false),
  /** False: no acceptWithPhoneAudio, though a number or a line is known. */
  phoneAudio: z.boolean().default(true),
  privateLine: z.boolean().default(false),
  onBehalfOf: address.optional(),
  delegator: address.optional(),
  forwardedBy: address.optional(),
  transferredBy: address.optional(),
  /** Only what our own user started carries them. */
  threadId: z.string().min(1).max(100).optional(),
  phoneNumber: z.string().optional(),
  operationId: z.string().max(50).optional(),
  sessionContext: z.string().max(50).optional(),
});

/** What the kinds of invitation can carry; a conference call anything. */
export const callPlanSchema = callSchema.superRefine(({ onlineMeeting, modalities }, context) => {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['modalities'], message });
  if (onlineMeeting) return;
  if (modalities.includes('phoneAudio') && modalities.length > 1) refuse('phoneAudio goes with no other modality');
  if (modalities.some((each) => each === 'messaging' || each === 'applicationSharing'))
    refuse('messaging and applicationSharing go with onlineMeeting only');
});

export type CallPlan = z.infer<typeof callPlanSchema>;
/** A call as a caller writes it: only `from` is needed. */
export type CallRequest = z.input<typeof callPlanSchema>;

import { z } from 'zod';
import { compact } from '../compact';

/** UCWA's documented decline reasons (audioVideoInvitation, decline). */
const declineReasons = [
  'Global',
  'Local',
  'Unknown',
  'CodecMismatch',
  'EncryptionMismatch',
  'InsufficientBandwidth',
  'InsufficientBandwidthRerouteOverPstn',
  'InvalidMediaOffer',
  'IPv6NotSupported',
  'MediaAllocationFailure',
  'MediaConnectivityFailure',
  'UnsupportedMedia',
] as const;

/** Largest SDP answer that is taken, in bytes of UTF-8. */
const MAX_SDP_BYTES = 64 * 1024;

const sdp = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MAX_SDP_BYTES, `must be at most ${String(MAX_SDP_BYTES)} bytes`)
  .refine(
    (text) => /^v=0\r?\n/.test(text) && /^o=/m.test(text) && /^m=/m.test(text),
    'must be an SDP: it starts with v=0 and has an o= and an m= line (RFC 8866 §5)',
  )
  .describe(`With answer, where it is required: the SDP answer, at most ${String(MAX_SDP_BYTES)} bytes`);

/**
 * The fields of an accept. One flat object, for generated clients make nothing usable of alternatives; what goes with what
 * is checked by acceptBodySchema.
 */
export const acceptFieldsSchema = z.strictObject({
  with: z
    .enum(['phoneAudio', 'answer'], 'must be "answer", "phoneAudio" or absent')
    .optional()
    .describe('answer: with the SDP in sdp; phoneAudio: on the user’s own phone, as also unless given'),
  sdp: sdp.optional(),
  processedOfferId: z
    .string()
    .min(1)
    .max(100, 'must be at most 100 characters')
    .optional()
    .describe(
      'With answer: contentId of the offer that this answers; that of the offer which is no fall-back unless given',
    ),
  sessionContext: z
    .string()
    .min(1)
    .max(50, 'must be at most 50 characters')
    .optional()
    .describe('With answer: the invitation’s own unless given; where it has none, one that the relay makes'),
  provisional: z
    .boolean()
    .optional()
    .describe('With answer: sends the SDP as a provisional answer (early media); the call keeps ringing'),
});

export type Accept =
  | {
      readonly with: 'answer';
      readonly sdp: string;
      readonly processedOfferId?: string;
      readonly sessionContext?: string;
      readonly provisional?: true;
    }
  | { readonly with?: 'phoneAudio' };

/**
 * Body of accept: with an SDP answer, to the user's phone, or `{}` for the phone if that is linked. `provisional: false`
 * says nothing: some generated clients always send it.
 */
export const acceptBodySchema = acceptFieldsSchema
  .superRefine(({ with: way, provisional, ...fields }, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (way === 'answer') {
      if (fields.sdp === undefined) refuse('sdp', 'is required with "answer": the SDP answer');
      return;
    }
    const given = [...Object.keys(fields), ...(provisional === true ? ['provisional'] : [])];
    for (const field of given) refuse(field, 'goes with "with": "answer" only');
  })
  .transform(({ with: way, sdp: answer, processedOfferId, sessionContext, provisional }): Accept => {
    if (way !== 'answer' || answer === undefined) return way === 'phoneAudio' ? { with: way } : {};
    const isProvisional = provisional === true ? (true as const) : undefined;
    return { with: way, sdp: answer, ...compact({ processedOfferId, sessionContext, provisional: isProvisional }) };
  });

/** Body of decline. `Global`: every phone of the user stops ringing; `Local`: only the relay's endpoint. */
export const declineBodySchema = z.strictObject({
  reason: z
    .enum(declineReasons, `must be one of ${declineReasons.join(', ')}`)
    .default('Global')
    .describe('Global: every phone of the user stops ringing; Local: only the relay’s endpoint'),
});

/** Body of the commands that need none. */
export const emptyBodySchema = z.strictObject({});

/** What is done with one invitation, or with the call that it led to. */
export const commandNames = ['accept', 'decline', 'cancel', 'hangup', 'hold', 'resume'] as const;
export type CommandName = (typeof commandNames)[number];
/** The commands whose body is empty. */
export const bareCommandNames = ['cancel', 'hangup', 'hold', 'resume'] as const satisfies readonly CommandName[];
type BareCommandName = (typeof bareCommandNames)[number];
/** The commands on a call rather than on its invitation. */
export const callCommandNames = ['hangup', 'hold', 'resume'] as const satisfies readonly BareCommandName[];
export type CallCommandName = (typeof callCommandNames)[number];

export type Command =
  | ({ readonly command: 'accept' } & Accept)
  | ({ readonly command: 'decline' } & z.infer<typeof declineBodySchema>)
  | { readonly [Name in BareCommandName]: { readonly command: Name } }[BareCommandName];

/** How the caller showed who they are; `unverified` is what the queue says of its caller. */
export type Authentication = 'key' | 'token' | 'capability' | 'unverified';

export interface CommandRequest {
  readonly invitationId: string;
  readonly command: Command;
  /** The token's subject, `key:<hash prefix>`, or what the queue's message says. */
  readonly caller: string;
  readonly authentication: Authentication;
  /** From the Idempotency-Key header (IETF draft-ietf-httpapi-idempotency-key-header §2). */
  readonly idempotencyKey?: string;
}

/** `data` of `ucwa.command.settled`, and an audit row: what was asked, by whom, and what came of it. */
export interface CommandSettlement {
  /** Absent where a call was to be started and was not. */
  readonly invitationId?: string;
  readonly command: CommandName | 'start';
  readonly caller: string;
  readonly authentication: Authentication;
  /** The decline reason, or how it was accepted. */
  readonly reason?: string;
  /** Of a start: who was to be called. */
  readonly to?: string;
  /**
   * Of cancel and hangup: where the invitation, or the call, stood when that was sent. On pools both have one address, so a
   * cancel that came after the answer has hung up.
   */
  readonly state?: string;
  /** `sent`, or the error code. */
  readonly result: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** The same caller's same command had been sent before, and got its first answer again: nothing was sent. */
  readonly replayed?: true;
}

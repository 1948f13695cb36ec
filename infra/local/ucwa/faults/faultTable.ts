// Over 100 lines because it is one table: every way in which the simulator can misbehave, with its fields.
import { z } from 'zod';
import { challengeVariants } from '../signIn/challenge';

/** What a request is for: where a fault may strike. */
const scopes = [
  'discovery',
  'user',
  'token',
  'applications',
  'application',
  'makeMeAvailable',
  'activity',
  'events',
  'resource',
  'people',
  'action',
  'any',
] as const;
export type Scope = (typeof scopes)[number];

const on = z.enum(scopes).default('events');
const httpStatus = z.int().min(200).max(599);

/** Each fault's fields besides `kind`, `times` (default 1) and `account` (default any), and what it does in a sentence. */
export const faultTable = {
  // Sign-in
  discoveryRedirect: {
    fields: { to: z.string().optional() },
    says: 'The discovery root answers only a `redirect` (`to`; default: back to the root, so that `times` is the number of hops).',
  },
  userRedirect: {
    fields: { to: z.string().optional() },
    says: 'The authenticated `user` answers only a `redirect` (split-domain hybrid).',
  },
  challengeVariant: {
    fields: { variant: z.enum(challengeVariants) },
    says: 'The next challenge comes in another shape that real servers send.',
  },
  grantsNotOffered: {
    fields: { grants: z.array(z.string()).default([]) },
    says: 'The next challenge offers only `grants` (none: only an authorization_uri), and a token request for another is refused.',
  },
  credentialsRejected: { fields: {}, says: 'The next token request is 400 invalid_grant, whatever the password.' },
  shortTicket: {
    fields: { seconds: z.number().positive().default(60) },
    says: 'The next ticket lives for `seconds` only.',
  },
  tokenExpired: { fields: {}, says: 'Every ticket of the account ends now; a pending poll is answered 401.' },
  wrongTicketHost: {
    fields: {
      host: z.string().default('localhost'),
      status: z.union([z.literal(401), z.literal(403), z.literal(500)]).default(401),
      refuses: z.enum(['withChallenge', 'silently', 'withoutTokenService']).default('withChallenge'),
    },
    says:
      '`user` leads to an applications address on another host name, which answers the first host’s ticket ' +
      'with `status` and 28032. `silently`: it never says where to sign in; `withoutTokenService`: nor can one do so there.',
  },

  // Application
  applicationDropped: {
    fields: { subcode: z.enum(['ApplicationNotFound', 'InactiveApplicationExpired']).default('ApplicationNotFound') },
    says:
      'The account’s applications are gone now: 404 with `subcode` on everything under them, and what was ' +
      'not acknowledged is forgotten.',
  },
  selfLinkQuery: { fields: {}, says: 'The application’s self link bears a query.' },
  notToBeMadeAvailable: {
    fields: {},
    says: 'The application links no makeMeAvailable, as where policy does not allow it.',
  },
  modalitiesForbidden: {
    fields: {},
    says: 'makeMeAvailable answers 403 when it asks for more than Messaging and PhoneAudio.',
  },

  // Event channel
  resync: {
    fields: {},
    says:
      'The pending poll, or the next, is answered `resync`, which leads to the first package not ' +
      'acknowledged; what the poll acknowledges is not heard.',
  },
  resume: {
    fields: { atOnce: z.boolean().default(false) },
    says:
      'The next package with events (`atOnce`: an empty one, now, if nothing is due) bears `resume` in place ' +
      'of `next`; the poll settings are forgotten.',
  },
  replacedPoll: { fields: {}, says: 'The pending poll, or the next, is answered 409 PGetReplaced.' },
  emptyWithoutNext: {
    fields: {},
    says: 'The pending poll, or the next that finds nothing due, is answered an empty response that lacks even `next`.',
  },
  linkOnly: { fields: {}, says: 'The next package embeds nothing: every event is a link.' },
  manyEvents: {
    fields: { count: z.int().min(1).max(1000).default(100) },
    says: 'The next package carries `count` events: presence of lower priority goes ahead of what was due.',
  },
  onlyCompleted: {
    fields: {},
    says: 'Of the next call only `completed` is emitted, as aggregation leaves it for a fast operation.',
  },

  // Any response (`on`: which requests; default the event channel)
  status: {
    fields: {
      status: httpStatus,
      subcode: z.string().optional(),
      body: z.enum(['ucwa', 'html', 'none']).default('ucwa'),
      retryAfterSeconds: z.number().nonnegative().optional(),
      on,
    },
    says: 'The request is not carried out and answered `status`, with a UCWA error, an HTML page or no body, and Retry-After where given.',
  },
  htmlBody: {
    fields: { status: httpStatus.default(502), on },
    says: 'The request is not carried out and answered an HTML page, as IIS and proxies do.',
  },
  poolUnreachable: {
    fields: { seconds: z.number().positive().default(60), status: httpStatus.default(504), on: on.default('any') },
    says:
      'The proxy before the pool no longer reaches it: the request is not carried out, held for `seconds`, ' +
      'and answered an HTML page with `status`.',
  },
  resetBeforeBody: {
    fields: { on },
    says: 'The request is carried out; the connection is reset before a byte of the answer.',
  },
  resetWithinBody: { fields: { on }, says: 'The connection is reset in the middle of the body.' },
  resetAfterBody: { fields: { on }, says: 'The connection is reset as soon as the whole body is out.' },
  slowAnswer: {
    fields: { delayMs: z.int().min(0).default(3000), on },
    says: 'The answer comes after `delayMs` of the simulator’s clock; with `on: people` contacts and participants are slow.',
  },
  slowBytes: {
    fields: { delayMs: z.int().min(0).default(50), chunkBytes: z.int().min(1).default(64), on },
    says: 'The body trickles: `chunkBytes` every `delayMs` of the simulator’s clock.',
  },
  truncatedJson: { fields: { on }, says: 'The body ends half-way, with a Content-Length that fits.' },
  byteOrderMark: { fields: { on }, says: 'The body begins with a UTF-8 byte order mark.' },
  junkBeforeBody: { fields: { on }, says: 'A line of something else stands before the body.' },
  doubledSlashes: { fields: { on }, says: 'Every href begins `//ucwa/`.' },
  absoluteHrefs: { fields: { on }, says: 'Every href is absolute.' },
  prefixedRels: { fields: { on }, says: 'Rels carry a prefix, as `ms:rtc:saas:audioVideoInvitation`.' },
  xml: { fields: { on }, says: 'The answer is XML, whatever Accept asks for.' },
} as const satisfies Record<string, { fields: z.ZodRawShape; says: string }>;

export type FaultKind = keyof typeof faultTable;
export const faultKinds = Object.keys(faultTable) as [FaultKind, ...FaultKind[]];

interface Armed<Kind> {
  readonly kind: Kind;
  /** How often it will strike yet. */
  times: number;
  /** Undefined: any account. */
  readonly account?: string;
}
type Fields<Kind extends FaultKind> = (typeof faultTable)[Kind]['fields'];
/** zod calls an object without fields Record<string, never>, which would forbid `kind` too. */
type IfAny<Kind extends FaultKind, Values> = keyof Fields<Kind> extends never ? unknown : Values;

export type FaultOf<Kind extends FaultKind> = Armed<Kind> & IfAny<Kind, z.infer<z.ZodObject<Fields<Kind>>>>;
export type Fault = { [Kind in FaultKind]: FaultOf<Kind> }[FaultKind];
/** As a caller writes it: with the table's defaults left out. */
export type FaultRequest = {
  [Kind in FaultKind]: { kind: Kind; times?: number | undefined; account?: string | undefined } & IfAny<
    Kind,
    z.input<z.ZodObject<Fields<Kind>>>
  >;
}[FaultKind];

import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Clock } from '../clock';
import { errorTable } from '../errors/errorTable';
import { RelayError, toRelayError } from '../errors/relayError';
import type { Command, CommandRequest } from '../invitations/commands/command';
import { compact } from '../invitations/compact';
import type { InvitationHead } from '../invitations/invitationHead';
import type { CallViews } from '../invitations/record/callViews';
import { runCommand, type CommandPorts } from '../invitations/commands/runCommand';
import { inCommandSpan } from '../telemetry/inCommandSpan';
import { callerText, importanceText, phoneOwnerText } from '../webhooks/formats/callTexts';
import { toShownText } from '../webhooks/formats/shownText';
import { commandTitle, type CardCommand } from '../webhooks/formats/teamsCard';
import { askToCallBack, callBack } from './callBackPage';
import type { AuthenticationPorts } from './identity/authenticate';
import { decodeCapability, type Capability } from './identity/capability';
import { toConfirmPage } from './confirmPage';
import { readSignedInPerson } from './identity/signedInPerson';
import type { Role } from './identity/tokenVerifier';

export interface ConfirmEndpointPorts {
  readonly commands: CommandPorts;
  readonly invitations: Pick<CallViews, 'head'>;
  readonly authentication: AuthenticationPorts;
  /** Called with each link's own name. Errors: `tooManyRequests`. */
  readonly limitLink: (link: string) => void;
  readonly settings: { readonly signingKey: string };
  readonly clock: Clock;
}

/** What can be done while it rings. */
type RingCommand = Exclude<CardCommand, 'callBack'>;

const commands = {
  decline: { command: 'decline', reason: 'Global' },
  acceptWithPhoneAudio: { command: 'accept', with: 'phoneAudio' },
} as const satisfies Record<RingCommand, Command>;

/** The page is read in seconds. */
const MAX_SUBJECT_LENGTH = 300;

const ROLE: Role = 'Invitations.Command';

/** What a card's button may do. */
type CommandCapability = Capability & { readonly purpose: CardCommand };
type RingCapability = Capability & { readonly purpose: RingCommand };

/**
 * `GET` and `POST /confirm/{capability}`: the page behind a card's button. GET shows and asks, POST acts: a link that
 * something else than a person fetches must not answer a call. The capability is for one thing, one invitation, until the
 * ring is over (to call back: a day), and is used up by its first command. Where `ENTRA_*` is set a person with the role
 * `Invitations.Command` signs in first, and the record names them. Never rejects: every outcome is a page for a person.
 */
export async function confirmEndpoint(
  request: HttpRequest,
  ports: ConfirmEndpointPorts,
  signal: AbortSignal,
): Promise<HttpResponseInit> {
  const text = request.params.capability ?? '';
  const capability = decodeCapability(text, ports.settings.signingKey);
  if (capability === undefined || !isCommand(capability)) {
    return toConfirmPage(404, {
      title: 'This link does not work',
      lines: ['It was altered, or did not come from here.'],
    });
  }
  if (capability.expiresAtMs !== undefined && ports.clock.now() > capability.expiresAtMs) {
    return capability.purpose === 'callBack'
      ? toConfirmPage(410, { title: 'This link has expired', lines: ['It could be used for a day after the call.'] })
      : toConfirmPage(410, { title: 'This call is over', lines: ['The link could be used only while it rang.'] });
  }
  try {
    ports.limitLink(linkName(text));
    const person = signedIn(request, ports.authentication);
    if (person === undefined) return signIn(request);
    const head = await ports.invitations.head(capability.subject);
    const isPost = request.method === 'POST';
    if (!isRingCommand(capability))
      return isPost
        ? await callBack(head, { key: linkName(text), ...callerOf(text, person) }, ports.commands, signal)
        : askToCallBack(head);
    return isPost
      ? await act(text, capability, { person, head }, ports, signal)
      : question(capability, head, ports.clock.now());
  } catch (error) {
    const known = toRelayError(error);
    return toConfirmPage(errorTable[known.code].status, {
      title: errorTable[known.code].title,
      lines: [known.message],
    });
  }
}

function isCommand(capability: Capability): capability is CommandCapability {
  return capability.purpose === 'callBack' || capability.purpose in commands;
}

function isRingCommand(capability: CommandCapability): capability is RingCapability {
  return capability.purpose !== 'callBack';
}

/** Who acts, as the record has it: the person who signed in, else the link. */
function callerOf(text: string, person: string): Pick<CommandRequest, 'caller' | 'authentication'> {
  return person === ''
    ? { caller: linkName(text), authentication: 'capability' }
    : { caller: person, authentication: 'token' };
}

function question(
  { purpose, expiresAtMs }: RingCapability,
  head: InvitationHead | undefined,
  nowMs: number,
): HttpResponseInit {
  if (head?.state === 'ended')
    return toConfirmPage(410, { title: 'This call is over', lines: ['Somebody answered it, or the caller gave up.'] });
  const title = commandTitle(purpose, head?.data);
  return toConfirmPage(200, {
    title: `${title}?`,
    ...compact({ importance: head && importanceText(head.data) }),
    lines: head === undefined ? [] : callLines(head.data),
    ...(expiresAtMs !== undefined && { rings: { untilMs: expiresAtMs, nowMs } }),
    button: title,
  });
}

function callLines(data: InvitationHead['data']): readonly string[] {
  const subject = data.subject === undefined ? '' : toShownText(data.subject, MAX_SUBJECT_LENGTH);
  return [`Call from ${callerText(data)}`, ...(subject === '' ? [] : [`Subject: ${subject}`])];
}

async function act(
  text: string,
  { purpose, subject }: RingCapability,
  { person, head }: { readonly person: string; readonly head: InvitationHead | undefined },
  ports: ConfirmEndpointPorts,
  signal: AbortSignal,
): Promise<HttpResponseInit> {
  const command: CommandRequest = {
    invitationId: subject,
    command: commands[purpose],
    ...callerOf(text, person),
  };
  const sent = await inCommandSpan(command, { kind: 'server', traceParent: undefined }, () =>
    runCommand(command, ports.commands, signal),
  );
  return sent.replayed
    ? toConfirmPage(409, { title: 'This was done already', lines: ['The link can be used once.'] })
    : toConfirmPage(200, { title: 'Done', lines: [doneText(purpose, head)] });
}

function doneText(purpose: RingCommand, head: InvitationHead | undefined): string {
  if (purpose === 'decline') return 'The call was rejected: every phone stops ringing.';
  return `The call goes to ${head === undefined ? 'the user' : phoneOwnerText(head.data)}’s phone now.`;
}

/** What the record and the rate limit call the holder of a link. */
function linkName(capability: string): string {
  return `link:${createHash('sha256').update(capability).digest('hex').slice(0, 12)}`;
}

/**
 * Object id of the person who has signed in; empty where nobody needs to, undefined where nobody has. Errors:
 * `unauthenticated`, `forbidden`.
 */
function signedIn(
  request: HttpRequest,
  { entra, signInByPlatform }: Pick<AuthenticationPorts, 'entra' | 'signInByPlatform'>,
): string | undefined {
  if (entra === undefined) return '';
  if (!signInByPlatform)
    throw new RelayError('unauthenticated', 'App Service Authentication is not switched on here: nobody can sign in.');
  const person = readSignedInPerson(request.headers.get('x-ms-client-principal'), entra.tenantId);
  if (person !== undefined && !person.roles.includes(ROLE))
    throw new RelayError(
      'forbidden',
      `This needs the application role ${ROLE}. Ask the administrator of the relay for it.`,
    );
  return person?.objectId;
}

/** Azure App Service, "Customize sign-ins and sign-outs": back to this page afterwards. */
function signIn(request: HttpRequest): HttpResponseInit {
  const back = new URL(request.url).pathname;
  return {
    status: 302,
    headers: {
      location: `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`,
      'cache-control': 'no-store',
    },
  };
}

import { createHash } from 'node:crypto';
import { errorTable } from '../../errors/errorTable';
import { RelayError, toRelayError } from '../../errors/relayError';
import type { CallViews } from '../record/callViews';
import type { Kind } from '../kinds';
import type { Resource } from '../resource';
import {
  claimSubject,
  hasLapsed,
  mayTakeOver,
  NEVER_POSTED_MS,
  type Claim,
  type ClaimSubject,
  type HeldClaim,
} from './claim';
import { callCommandNames, type CallCommandName, type Command } from './command';
import type { CommandRequest, CommandSettlement } from './command';
import { compact } from '../compact';
import { callPathsOf, decideCallCommand, recordedCallPaths, type CallPaths } from './decideCallCommand';
import { decideCommand, type Decision } from './decideCommand';
import { findInvitation, readCall, readInvitation } from './liveInvitation';
import type { LiveInvitation } from './liveInvitation';
import { settleCommand } from './settleCommand';
import type { StartCallPorts } from './startCall';
import { sessionContextFor } from './sessionContext';

export interface CommandPorts extends StartCallPorts {
  /** What is on record of an invitation. */
  readonly calls: Pick<CallViews, 'head'>;
}

/** UCWA has the command; how the call ends is told by its `completed` event. */
export interface CommandSent {
  readonly result: 'sent';
  readonly invitationId: string;
  readonly command: Command['command'];
  /** Of an accept with an SDP: the session context that the answer named. */
  readonly sessionContext?: string;
  /** Of cancel and hangup: where the invitation or the call stood when that was sent. */
  readonly state?: string;
  /** The same caller's same command had been sent before: nothing was sent again. */
  readonly replayed: boolean;
}

/**
 * Carries out one command: reads the invitation with the account's own session,
 * claims it, posts to the link that is there now. Whatever comes of it is published as `ucwa.command.settled` and kept in
 * the audit table before this resolves or rejects.
 *
 * Errors: `invitationNotFound`, `alreadyClaimed` (with `winner`), `commandInFlight`, `resolvedElsewhere`,
 * `invitationEnded`, `actionNotAvailable` (with `available`), `idempotencyKeyReused`, `requestInvalid`, and the session's
 * own. Nothing reaches UCWA but the GET when the relay itself refuses, and not even that for an id that is not ours.
 *
 * @param persist repeats the work while what fails is transient; once, unless the entry point can wait. However often, it is one
 * command with one record.
 */
export async function runCommand(
  request: CommandRequest,
  ports: CommandPorts,
  signal: AbortSignal,
  persist: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Promise<CommandSent> {
  let account: string | undefined;
  const settle = async (settled: Settled): Promise<void> =>
    settleCommand(toSettlement(request, settled), account, ports);
  try {
    const invitation = await findInvitation(request.invitationId, ports);
    account = invitation.gateway.account.sipUri;
    const known = { ...request, invitationId: await canonicalId(request, ports) };
    const sent = await persist(() =>
      claimAndSend(known, invitation, ports, signal, (state) =>
        settle({ result: 'sent', status: 202, ...compact({ state }) }),
      ),
    );
    if (sent.replayed) await settle({ result: 'sent', status: 202, replayed: true, ...compact({ state: sent.state }) });
    return { result: 'sent', invitationId: request.invitationId, command: request.command.command, ...sent };
  } catch (error) {
    const known = toRelayError(error);
    await settle({ result: known.code, status: errorTable[known.code].status });
    throw known;
  }
}

/** Only a call that the account itself makes can have another id than that of its events; an answer to one that rings waits for nothing. */
async function canonicalId({ command, invitationId }: CommandRequest, { started }: CommandPorts): Promise<string> {
  if (command.command === 'accept' || command.command === 'decline') return invitationId;
  return started.canonicalId(invitationId).catch(() => invitationId);
}

type Settled = Pick<CommandSettlement, 'result' | 'status' | 'replayed' | 'state'>;

function toSettlement({ command, ...request }: CommandRequest, settled: Settled): CommandSettlement {
  const reason =
    command.command === 'decline' ? command.reason : command.command === 'accept' ? command.with : undefined;
  return {
    invitationId: request.invitationId,
    command: command.command,
    caller: request.caller,
    authentication: request.authentication,
    ...compact({ reason }),
    ...settled,
  };
}

/** Well within the time after which a claim that was never posted lapses. */
const SLOW_CLAIM_MS = NEVER_POSTED_MS / 2;

async function claimAndSend(
  request: CommandRequest,
  invitation: LiveInvitation,
  ports: CommandPorts,
  signal: AbortSignal,
  settleSent: (state: string | undefined) => Promise<void>,
): Promise<Sent> {
  const subject = claimSubject(request.command);
  const decision = await decide(request, invitation, ports, signal);
  if ('over' in decision) {
    const held = await ports.claims.read(request.invitationId, subject);
    if (held === undefined || hasLapsed(held.claim, ports.clock.now())) throw over(decision.over);
    return answerHeld(request, held.claim);
  }

  const claim: Claim = {
    caller: request.caller,
    command: request.command.command,
    fingerprint: fingerprintOf(request.command),
    ...compact({
      idempotencyKey: request.idempotencyKey,
      sessionContext: decision.act.query?.['sessionContext'],
      invitationState: decision.state,
    }),
    claimedAtMs: ports.clock.now(),
    state: 'claimed',
  };
  const taken = await take(request, subject, claim, ports);
  if ('held' in taken) return answerHeld(request, taken.held.claim);

  // The mark goes out beside the POST, not before it: a process that dies between the two leaves a claim that lapses.
  const marking = ports.claims.replace(request.invitationId, subject, { ...claim, state: 'posting' }, taken.etag);
  marking.catch(() => undefined);
  // Storage that took long over the claim: it may have lapsed and be another's by now, which the mark tells.
  if (ports.clock.now() - claim.claimedAtMs > SLOW_CLAIM_MS && (await marking) === undefined) {
    return answerHeld(request, (await holderOf(request, subject, ports)).claim);
  }
  const markSent = async (etag: string | undefined): Promise<unknown> =>
    etag !== undefined && ports.claims.replace(request.invitationId, subject, { ...claim, state: 'sent' }, etag);
  const release = async (etag: string | undefined): Promise<void> =>
    etag === undefined ? undefined : ports.claims.release(request.invitationId, subject, etag);
  // Skype for Business has answered: that stands, whatever becomes of the claim, which lapses if it has to.
  const unlessStorageFails = async (mark: string, change: () => Promise<unknown>): Promise<void> => {
    await change().catch((error: unknown) =>
      ports.log.warn('claimNotMarked', { mark, invitationId: request.invitationId, error: toRelayError(error).code }),
    );
  };
  const { name, ...post } = decision.act;
  try {
    await invitation.gateway.post(post, signal);
  } catch (error) {
    const known = toRelayError(error);
    if (isDefinite(known)) await unlessStorageFails('release', async () => release(await marking));
    throw translateRefusal(known, name);
  }
  await Promise.all([unlessStorageFails('sent', async () => markSent(await marking)), settleSent(decision.state)]);
  return toSent(claim, false);
}

type Sent = Pick<CommandSent, 'replayed' | 'sessionContext' | 'state'>;

function toSent({ sessionContext, invitationState: state }: Claim, replayed: boolean): Sent {
  return { ...compact({ sessionContext, state }), replayed };
}

/** What the command does as things stand. */
async function decide(
  { command, invitationId }: CommandRequest,
  invitation: LiveInvitation,
  { calls }: CommandPorts,
  signal: AbortSignal,
): Promise<Decision> {
  const { kind } = invitation.reference;
  const resource = await readInvitation(invitation, signal);
  if (!isCallCommand(command)) return decideCommand(command, resource, kind, sessionContextFor(invitationId));
  const paths = await callPaths(invitationId, resource, kind, calls);
  return decideCallCommand(command.command, await readCall(invitation, paths, signal), paths);
}

function isCallCommand(command: Command): command is { readonly command: CallCommandName } {
  return callCommandNames.some((name) => name === command.command);
}

/** Skype for Business forgets an invitation a while after its answer, and the call goes on: then the record tells where. */
async function callPaths(
  invitationId: string,
  resource: Resource | undefined,
  kind: Kind,
  calls: CommandPorts['calls'],
): Promise<CallPaths> {
  if (resource !== undefined) return callPathsOf(resource, kind);
  const head = await calls.head(invitationId);
  return head === undefined ? {} : recordedCallPaths(head.data);
}

/** Inserts the claim, or takes over one that has lapsed; else gives the one that holds. */
async function take(
  request: CommandRequest,
  subject: ClaimSubject,
  claim: Claim,
  ports: CommandPorts,
): Promise<{ etag: string } | { held: HeldClaim }> {
  const inserted = await ports.claims.insert(request.invitationId, subject, claim);
  if ('etag' in inserted || !mayTakeOver(inserted.held.claim, claim, claim.claimedAtMs)) return inserted;
  const etag = await ports.claims.replace(request.invitationId, subject, claim, inserted.held.etag);
  return etag === undefined ? { held: await holderOf(request, subject, ports) } : { etag };
}

/** Who was faster. */
async function holderOf(request: CommandRequest, subject: ClaimSubject, ports: CommandPorts): Promise<HeldClaim> {
  const winner = await ports.claims.read(request.invitationId, subject);
  if (winner === undefined)
    throw new RelayError('commandInFlight', 'Another command on this invitation is just being settled; try again.', {
      retryAfterMs: 1000,
    });
  return winner;
}

/** The answer to one who comes second: the same caller's same command gets the first answer again, anyone else a 409. */
function answerHeld(request: CommandRequest, held: Claim): Sent {
  if (held.caller === request.caller) {
    const same = held.fingerprint === fingerprintOf(request.command);
    if (same && held.state === 'sent') return toSent(held, true);
    if (same)
      throw new RelayError('commandInFlight', 'The same command is still in flight; ask again in a second.', {
        retryAfterMs: 1000,
      });
    if (request.idempotencyKey !== undefined && request.idempotencyKey === held.idempotencyKey) {
      throw new RelayError(
        'idempotencyKeyReused',
        'This Idempotency-Key was used with another command on this invitation: use a new key.',
      );
    }
  }
  throw new RelayError('alreadyClaimed', `This invitation was answered first by ${held.caller} (${held.command}).`, {
    extensions: {
      winner: { caller: held.caller, command: held.command, time: new Date(held.claimedAtMs).toISOString() },
    },
  });
}

function over(code: 'resolvedElsewhere' | 'invitationEnded'): RelayError {
  return code === 'invitationEnded'
    ? new RelayError(code, 'This invitation has ended: nothing can be done with it any more.')
    : new RelayError(code, 'This invitation was answered elsewhere: its actions are gone.');
}

/** UCWA has said no, so nothing happened and another caller may try. A time-out or a 5xx says nothing of the kind. */
function isDefinite(error: RelayError): boolean {
  return error.code === 'resolvedElsewhere' || error.code === 'upstreamRefused';
}

/** UCWA's 400 to an SDP is the caller's to mend (ParameterValidationFailure, parameter `sdp`). */
function translateRefusal(error: RelayError, action: string): RelayError {
  if (error.code !== 'upstreamRefused' || !/answer/i.test(action) || error.extensions.code !== 'BadRequest')
    return error;
  return new RelayError('requestInvalid', 'Skype for Business does not take this SDP answer.', {
    extensions: { ...error.extensions, errors: [{ field: 'sdp', message: 'was refused by Skype for Business' }] },
    cause: error,
  });
}

function fingerprintOf(command: Command): string {
  const { command: name, ...rest } = command;
  const fields = Object.entries<unknown>(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([name, fields]))
    .digest('base64url');
}

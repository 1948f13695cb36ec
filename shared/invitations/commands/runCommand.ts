import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import { errorTable } from '../../errors/errorTable';
import { RelayError, toRelayError } from '../../errors/relayError';
import type { Log } from '../../telemetry/log';
import {
  claimSubject,
  hasLapsed,
  NEVER_POSTED_MS,
  type Claim,
  type ClaimStore,
  type ClaimSubject,
  type HeldClaim,
} from './claim';
import type { Command, CommandRequest, CommandSettlement } from './command';
import { compact } from '../compact';
import { decideCommand } from './decideCommand';
import { findInvitation, readInvitation, type LiveInvitation, type LiveInvitationPorts } from './liveInvitation';
import type { RelayEvent } from '../events/relayEvent';
import { sessionContextFor } from './sessionContext';

export interface CommandPorts extends LiveInvitationPorts {
  readonly claims: ClaimStore;
  /** The record of every command, refused or not. */
  readonly audit: {
    record(
      settlement: CommandSettlement & { readonly id: string; readonly account?: string; readonly atMs: number },
    ): Promise<void>;
  };
  readonly events: { publish(events: readonly RelayEvent[]): Promise<void> };
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** UCWA has the command; how the call ends is told by its `completed` event. */
export interface CommandSent {
  readonly result: 'sent';
  readonly invitationId: string;
  readonly command: Command['command'];
  /** Of an accept with an SDP: the session context that the answer named. */
  readonly sessionContext?: string;
  /** The same caller's same command had been sent before: nothing was sent again. */
  readonly replayed: boolean;
}

/**
 * Carries out one command (product: "The way of a command"): reads the invitation with the account's own session,
 * claims it, posts to the link that is there now. Whatever comes of it is published as `ucwa.command.settled` and kept in
 * the audit table before this resolves or rejects.
 *
 * Errors: `invitationNotFound`, `alreadyClaimed` (with `winner`), `commandInFlight`, `resolvedElsewhere`,
 * `invitationEnded`, `actionNotAvailable` (with `available`), `idempotencyKeyReused`, `requestInvalid`, and the session's
 * own. Nothing reaches UCWA but the GET when the relay itself refuses, and not even that for an id that is not ours.
 *
 * `persist`: how often what fails for a moment is tried; once, unless a door has time. However often, it is one command with one record.
 */
export async function runCommand(
  request: CommandRequest,
  ports: CommandPorts,
  signal: AbortSignal,
  persist: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Promise<CommandSent> {
  let account: string | undefined;
  const settle = async (result: string, status: number, replayed = false): Promise<void> =>
    record(request, account, { result, status, ...(replayed && { replayed }) }, ports);
  try {
    const invitation = await findInvitation(request.invitationId, ports);
    account = invitation.gateway.account.sipUri;
    const sent = await persist(() => claimAndSend(request, invitation, ports, signal, () => settle('sent', 202)));
    if (sent.replayed) await settle('sent', 202, true);
    return { result: 'sent', invitationId: request.invitationId, command: request.command.command, ...sent };
  } catch (error) {
    const known = toRelayError(error);
    await settle(known.code, errorTable[known.code].status);
    throw known;
  }
}

/** Well within the time after which a claim that was never posted lapses. */
const SLOW_CLAIM_MS = NEVER_POSTED_MS / 2;

async function claimAndSend(
  request: CommandRequest,
  invitation: LiveInvitation,
  ports: CommandPorts,
  signal: AbortSignal,
  settleSent: () => Promise<void>,
): Promise<Sent> {
  const subject = claimSubject(request.command);
  const decision = decideCommand(
    request.command,
    await readInvitation(invitation, signal),
    invitation.reference.kind,
    sessionContextFor(request.invitationId),
  );
  if ('over' in decision) {
    const held = await ports.claims.read(request.invitationId, subject);
    if (held === undefined || hasLapsed(held.claim, ports.clock.now())) throw over(decision.over);
    return answerHeld(request, held.claim);
  }

  const claim: Claim = {
    caller: request.caller,
    command: request.command.command,
    fingerprint: fingerprintOf(request.command),
    ...compact({ idempotencyKey: request.idempotencyKey, sessionContext: decision.act.query?.['sessionContext'] }),
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
  await Promise.all([unlessStorageFails('sent', async () => markSent(await marking)), settleSent()]);
  return toSent(claim, false);
}

type Sent = Pick<CommandSent, 'replayed' | 'sessionContext'>;

function toSent({ sessionContext }: Claim, replayed: boolean): Sent {
  return { ...compact({ sessionContext }), replayed };
}

/** Inserts the claim, or takes over one that has lapsed; else gives the one that holds. */
async function take(
  request: CommandRequest,
  subject: ClaimSubject,
  claim: Claim,
  ports: CommandPorts,
): Promise<{ etag: string } | { held: HeldClaim }> {
  const inserted = await ports.claims.insert(request.invitationId, subject, claim);
  if ('etag' in inserted || !hasLapsed(inserted.held.claim, claim.claimedAtMs)) return inserted;
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

async function record(
  request: CommandRequest,
  account: string | undefined,
  settled: Pick<CommandSettlement, 'result' | 'status' | 'replayed'>,
  ports: CommandPorts,
): Promise<void> {
  const { command } = request;
  const reason =
    command.command === 'decline' ? command.reason : command.command === 'accept' ? command.with : undefined;
  const settlement: CommandSettlement = {
    invitationId: request.invitationId,
    command: command.command,
    caller: request.caller,
    authentication: request.authentication,
    ...(reason === undefined ? {} : { reason }),
    ...settled,
  };
  const id = ports.newId();
  const atMs = ports.clock.now();
  const kept = await Promise.allSettled([
    ports.audit.record({ ...settlement, id, atMs, ...(account === undefined ? {} : { account }) }),
    // A refusal of an id that is not ours has no account, and so no place on the topic.
    account === undefined
      ? undefined
      : ports.events.publish([
          { id, type: 'ucwa.command.settled', account, subject: request.invitationId, timeMs: atMs, data: settlement },
        ]),
  ]);
  // The command stands whatever becomes of its record; that one is missing must be seen by the operator.
  kept.forEach((result, index) => {
    if (result.status === 'rejected')
      ports.log.error('commandNotRecorded', {
        where: index === 0 ? 'audit' : 'bus',
        command: command.command,
        error: toRelayError(result.reason).code,
      });
  });
}

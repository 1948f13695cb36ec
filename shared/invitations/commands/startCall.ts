import { createHash } from 'node:crypto';
import { errorTable } from '../../errors/errorTable';
import { RelayError, toRelayError } from '../../errors/relayError';
import { compact } from '../compact';
import { accountKey, encodeInvitationId } from '../invitationId';
import { kindNames, kinds } from '../kinds';
import { linkOf } from '../resource';
import { invitationAddress } from '../resourcePath';
import { hasLapsed, type Claim, type ClaimStore, type HeldClaim } from './claim';
import { isEmergencyNumber } from './emergencyNumbers';
import type { InvitationGateway, LiveInvitationPorts } from './liveInvitation';
import { settleCommand, type SettleCommandPorts } from './settleCommand';
import { operationIdOf, startBody, type CallStarted, type StartRequest } from './startCommand';
import type { StartedCalls } from './startedCalls';

export interface StartCallPorts extends LiveInvitationPorts, SettleCommandPorts {
  readonly claims: ClaimStore;
  readonly started: StartedCalls;
}

/** How long a start whose outcome is not known is looked for on the event channel. */
const CHANNEL_WAIT_MS = 5_000;
const READ_EVERY_MS = 250;

/**
 * Starts a call: the account's own phone rings first, then the callee's. The same caller's same Idempotency-Key is one call,
 * whatever happens in between: the operation is claimed, and the claim says "posting" before anything is posted. UCWA does not
 * recognise a repeated operation, so one whose POST has an unknown outcome is looked for on the event channel and never posted
 * again. Whatever comes of it is published as `ucwa.command.settled` and kept in the audit table.
 *
 * Errors: `requestInvalid` (no account of ours, a number that cannot be normalised), `emergencyCallRefused`, `actionNotAvailable` with
 * what is linked, `commandInFlight`, `idempotencyKeyReused`, `startUnconfirmed`, and the session's own.
 */
export async function startCall(
  request: StartRequest,
  ports: StartCallPorts,
  signal: AbortSignal,
  persist: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Promise<CallStarted> {
  const { command, caller, authentication } = request;
  let account: string | undefined;
  const settle = (settled: { result: string; status: number; invitationId?: string; replayed?: true }): Promise<void> =>
    settleCommand({ command: 'start', caller, authentication, to: command.to, ...settled }, account, ports);
  try {
    const gateway = await ports.gateway(accountKey(command.account));
    if (gateway === undefined) throw notOurs();
    account = gateway.account.sipUri;
    if (isEmergencyNumber(command.to)) throw emergency();
    const key = request.idempotencyKey ?? ports.newId();
    const operationId = operationIdOf(caller, gateway.account.sipUri, key);
    const { invitationId, replayed } = await persist(() =>
      new Start(request, operationId, gateway, ports, signal).run(),
    );
    await settle({ result: 'sent', status: 202, invitationId, ...(replayed && { replayed: true as const }) });
    return { result: 'sent', invitationId, command: 'start', operationId, replayed };
  } catch (error) {
    const known = toRelayError(error);
    await settle({ result: known.code, status: errorTable[known.code].status });
    throw known;
  }
}

interface Started {
  readonly invitationId: string;
  readonly replayed: boolean;
}

/** One try to start a call. */
class Start {
  readonly #claim: Claim;

  constructor(
    private readonly request: StartRequest,
    private readonly operationId: string,
    private readonly gateway: InvitationGateway,
    private readonly ports: StartCallPorts,
    private readonly signal: AbortSignal,
  ) {
    this.#claim = {
      caller: request.caller,
      command: 'start',
      fingerprint: createHash('sha256')
        .update(JSON.stringify(startBody(request.command, '')))
        .digest('base64url'),
      claimedAtMs: ports.clock.now(),
      state: 'claimed',
    };
  }

  async run(): Promise<Started> {
    const inserted = await this.ports.claims.insert(this.operationId, 'start', this.#claim);
    if ('etag' in inserted) return this.#post(inserted.etag);
    const { held } = inserted;
    const { claim } = held;
    if (claim.fingerprint !== this.#claim.fingerprint)
      throw new RelayError(
        'idempotencyKeyReused',
        'This Idempotency-Key was used to start another call: use a new key.',
      );
    if (claim.state === 'sent' && claim.invitationId !== undefined)
      return { invitationId: claim.invitationId, replayed: true };
    if (!hasLapsed(claim, this.#claim.claimedAtMs)) throw inFlight();
    return this.#goOn(held);
  }

  /** An earlier try ended without a word: it may have been posted, whatever its claim says. */
  async #goOn({ claim, etag }: HeldClaim): Promise<Started> {
    const taken = await this.ports.claims.replace(
      this.operationId,
      'start',
      { ...this.#claim, state: claim.state },
      etag,
    );
    if (taken === undefined) throw inFlight();
    const found = await this.#findOnChannel();
    if (found !== undefined) {
      await this.#markSent(taken, found);
      return { invitationId: found, replayed: true };
    }
    // Posted, and not to be seen: it is not known what became of it, so it is never posted again.
    if (claim.state !== 'claimed') throw unconfirmed();
    return this.#post(taken);
  }

  async #post(etag: string): Promise<Started> {
    const release = (): Promise<void> => this.ports.claims.release(this.operationId, 'start', etag);
    let href: string;
    let posting: string | undefined;
    try {
      href = await this.#startLink();
      // Before the POST: from now on nobody posts this operation again.
      posting = await this.ports.claims.replace(this.operationId, 'start', { ...this.#claim, state: 'posting' }, etag);
    } catch (error) {
      await release().catch(() => undefined);
      throw error;
    }
    if (posting === undefined) throw inFlight();
    let location: string | undefined;
    try {
      ({ location } = await this.gateway.post(
        { href, body: startBody(this.request.command, this.operationId) },
        this.signal,
      ));
    } catch (error) {
      const known = toRelayError(error);
      if (!isRefusal(known)) return this.#unknownOutcome(posting);
      await this.ports.claims.release(this.operationId, 'start', posting).catch(() => undefined);
      throw translateRefusal(known);
    }
    const invitationId = await this.#idOf(location);
    if (invitationId === undefined) return this.#unknownOutcome(posting);
    await this.#markSent(posting, invitationId);
    return { invitationId, replayed: false };
  }

  /** The link that is there now. Error: `actionNotAvailable` with the links to start something that are there. */
  async #startLink(): Promise<string> {
    const { path } = await this.gateway.application(this.signal);
    const communication = await this.gateway.read(`${path}/communication`, this.signal);
    const link = linkOf(communication, 'startPhoneAudio');
    if (link !== undefined) return link.href;
    const available = Object.keys(communication?.links ?? {}).filter((rel) => /^(?:start|join)/.test(rel));
    throw notAvailable(available);
  }

  /** As the events have it, where one has come already; else as the response names it, to be led to the events' id later. */
  async #idOf(location: string | undefined): Promise<string | undefined> {
    const { started, log, signingKey } = this.ports;
    const seen = await started.find(this.operationId).catch(() => undefined);
    if (seen !== undefined) return seen;
    const address = invitationAddress(location ?? '');
    if (address === undefined) return undefined;
    const { path: _path, ...segments } = address;
    const kind = kindNames.find((name) => kinds[name].collection === address.collection) ?? 'phoneAudio';
    const id = encodeInvitationId(
      { accountKey: accountKey(this.gateway.account.sipUri), kind, ...segments },
      signingKey,
    );
    await started.addAlias(id, this.operationId).catch((error: unknown) => {
      log.warn('startNotRemembered', { invitationId: id, error: toRelayError(error).code });
    });
    return id;
  }

  async #unknownOutcome(etag: string): Promise<Started> {
    const found = await this.#findOnChannel();
    if (found === undefined) throw unconfirmed();
    await this.#markSent(etag, found);
    return { invitationId: found, replayed: false };
  }

  async #findOnChannel(): Promise<string | undefined> {
    const { clock, started } = this.ports;
    const untilMs = clock.now() + CHANNEL_WAIT_MS;
    for (;;) {
      const found = await started.find(this.operationId).catch(() => undefined);
      // An aborted signal cuts each sleep short: reading on would only load storage.
      if (found !== undefined || clock.now() >= untilMs || this.signal.aborted) return found;
      await clock.sleep(Math.min(READ_EVERY_MS, untilMs - clock.now()), this.signal);
    }
  }

  /** The call is started, whatever becomes of the claim. */
  async #markSent(etag: string, invitationId: string): Promise<void> {
    const claim: Claim = { ...this.#claim, ...compact({ invitationId }), state: 'sent' };
    await this.ports.claims.replace(this.operationId, 'start', claim, etag).catch((error: unknown) => {
      this.ports.log.warn('claimNotMarked', { mark: 'sent', invitationId, error: toRelayError(error).code });
    });
  }
}

/** UCWA has said no: nothing was started. The session calls 404 and 409 `resolvedElsewhere`. */
function isRefusal({ code }: RelayError): boolean {
  return code === 'upstreamRefused' || code === 'resolvedElsewhere' || code === 'tooManyRequests';
}

function translateRefusal(error: RelayError): RelayError {
  const { extensions } = error;
  if (extensions.subcode === 'NormalizationFailed')
    return new RelayError('requestInvalid', 'Skype for Business cannot make a number of this.', {
      extensions: {
        ...extensions,
        errors: [{ field: 'to', message: 'cannot be normalised; give it with country code, as +14255550100' }],
      },
      cause: error,
    });
  if (extensions.code === 'Forbidden') return notAvailable([]);
  if (error.code !== 'resolvedElsewhere') return error;
  return new RelayError('upstreamRefused', 'Skype for Business refused to start the call.', {
    extensions,
    cause: error,
  });
}

function notAvailable(available: readonly string[]): RelayError {
  return new RelayError(
    'actionNotAvailable',
    'This account cannot start phone calls: Skype for Business does not link startPhoneAudio. It needs Enterprise Voice and a ' +
      `policy that allows calls from outside (Call via Work). It links ` +
      `${available.length === 0 ? 'nothing that starts a call' : available.join(', ')}.`,
    { extensions: { available } },
  );
}

function notOurs(): RelayError {
  return new RelayError('requestInvalid', 'The account is not one that this relay listens for.', {
    extensions: { errors: [{ field: 'account', message: 'is not an account of this relay' }] },
  });
}

function emergency(): RelayError {
  return new RelayError(
    'emergencyCallRefused',
    'The relay starts no emergency calls: it can tell nobody where you are. Use a telephone.',
  );
}

function inFlight(): RelayError {
  return new RelayError('commandInFlight', 'This call is just being started; ask again in a second.', {
    retryAfterMs: 1000,
  });
}

function unconfirmed(): RelayError {
  return new RelayError(
    'startUnconfirmed',
    'Skype for Business did not say whether it started the call, and no event of it has come within five seconds. It is not ' +
      'started again with this Idempotency-Key; once you know that nobody is called, use a new one.',
  );
}

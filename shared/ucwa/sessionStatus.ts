import type { Clock } from '../clock';
import type { ErrorCode } from '../errors/errorTable';
import type { RelayError } from '../errors/relayError';
import { kinds, type Kind } from '../invitations/kinds';
import type { Log, LogFields } from '../telemetry/log';
import type { SessionHealth } from './session';
import type { SignInBudget } from './signIn/signInBudget';

/** A package that has not been published for so long is trouble. */
const STUCK_AFTER_MS = 30_000;

const nothing = (): void => undefined;

/** The errors that end a channel, as `health` names them. */
const disconnectedStates: Partial<Record<ErrorCode, SessionHealth['state']>> = {
  credentialsRejected: 'credentialsRejected',
  noUsableGrant: 'cannotSignIn',
  hostNotAllowed: 'cannotSignIn',
  accountMoved: 'cannotSignIn',
  accountRefused: 'refused',
  pollReplaced: 'replaced',
};

export interface SessionStatusPorts {
  /** The account's SIP URI. */
  readonly account: string;
  readonly clock: Pick<Clock, 'now' | 'setTimer'>;
  readonly log: Log;
  /** The kinds that are relayed: by them it shows whether anything can be received. */
  readonly kinds: readonly Kind[];
  readonly budget: SignInBudget;
  /** What is registered; undefined before the account was first made available. */
  readonly modalities: () => readonly string[] | undefined;
}

/** How an account's session stands: what its channel reports, as `/health` shows it and as the log tells it once. */
export class SessionStatus {
  /** As ReadOptions. */
  stateChanged: (() => void) | undefined;
  readonly #ports: SessionStatusPorts;
  #state: SessionHealth['state'] = 'signedOut';
  /** As `stateChanged` was called for last. */
  #reportedState: SessionHealth['state'] = 'signedOut';
  /** When the package that is not acknowledged yet was handed to the consumer. */
  #handedOutAtMs: number | undefined;
  #cancelStuck = nothing;
  /** Why that package could not be published when it was last tried. */
  #notPublished: RelayError | undefined;
  #lastPollAtMs: number | undefined;
  #lastError: string | undefined;
  /** The last trouble but for waiting. */
  #cause: string | undefined;
  #connectedSinceMs: number | undefined;
  #disconnectedSinceMs: number | undefined;
  #nextTryAtMs: number | undefined;
  #cutAfterMs: number | undefined;
  /** The trouble that was logged as news; while it lasts it is not news again, for an outage strikes thousands at once. */
  #reportedCode: ErrorCode | undefined;
  /** Whether anything can be received with the modalities that were judged last: each poll asks. */
  #receives = true;
  #judged: readonly string[] | undefined;

  constructor(ports: SessionStatusPorts) {
    this.#ports = ports;
  }

  signingIn(): void {
    this.#state = 'signingIn';
    this.#connectedSinceMs = undefined;
    this.#disconnectedSinceMs ??= this.#ports.clock.now();
    this.#reportState();
  }

  signedOut(): void {
    this.#state = 'signedOut';
    this.#connectedSinceMs = undefined;
    this.#reportState();
  }

  /** The account was made available. */
  available(): void {
    if (this.#canReceive()) return;
    const modalities = this.#ports.modalities();
    this.#lastError =
      `No call will come: none of the modalities that the relayed kinds of invitation need was ` +
      `granted (granted: ${modalities?.join(', ') || 'none'}).`;
    this.#ports.log.error('ucwaNoInvitations', { account: this.#ports.account, message: this.#lastError });
  }

  /** As ChannelPorts. */
  connected(): void {
    this.#state = 'connected';
    this.#ports.budget.connected();
    this.#connectedSinceMs ??= this.#ports.clock.now();
    this.#disconnectedSinceMs = undefined;
    this.#nextTryAtMs = undefined;
    this.#reportState();
  }

  /** As ChannelPorts. */
  cutWhileIdle(heldMs: number): void {
    this.#cutAfterMs = heldMs;
    this.polled();
  }

  /** As ChannelPorts. */
  polled(): void {
    const { account, clock, log } = this.#ports;
    this.connected();
    this.#lastPollAtMs = clock.now();
    if (this.#reportedCode !== undefined) log.info('accountPolledAgain', { account, after: this.#reportedCode });
    this.#reportedCode = undefined;
    if (this.#canReceive()) this.#lastError = undefined;
  }

  /** As ChannelPorts. */
  failed(error: RelayError, waitMs: number | undefined): void {
    const { account, budget, clock, log } = this.#ports;
    budget.disconnected();
    // Why the account is not connected is what a person wants to know, not that it waits.
    this.#lastError = error.code === 'signInDeferred' ? [this.#cause, error.message].join(' ').trim() : error.message;
    if (error.code !== 'signInDeferred') this.#cause = error.message;
    this.#state = disconnectedStates[error.code] ?? 'backingOff';
    this.#connectedSinceMs = undefined;
    this.#disconnectedSinceMs ??= this.#lastPollAtMs ?? clock.now();
    const nextTryMs = waitMs ?? error.retryAfterMs;
    this.#nextTryAtMs = nextTryMs === undefined ? undefined : clock.now() + nextTryMs;
    const { status, code, subcode, requestId } = error.extensions;
    const level = error.code === this.#reportedCode ? 'debug' : waitMs === undefined ? 'error' : 'warn';
    this.#reportedCode = error.code;
    log[level]('ucwaChannelFailed', {
      account,
      error: error.code,
      message: error.message,
      waitMs,
      ...plainFields({ status, code, subcode, requestId }),
    });
    this.#reportState();
  }

  /** The consumer has a package. */
  handedOut(): void {
    const { clock } = this.#ports;
    this.#handedOutAtMs = clock.now();
    this.#cancelStuck = clock.setTimer(STUCK_AFTER_MS, () => this.#reportState());
  }

  /** The consumer has asked for the next package, or has left. */
  taken(): void {
    this.#cancelStuck();
    this.#handedOutAtMs = undefined;
    this.#notPublished = undefined;
    this.#reportState();
  }

  /** As UcwaSession. */
  notPublished(reason: RelayError): void {
    this.#notPublished = reason;
    this.#reportState();
  }

  get #shownState(): SessionHealth['state'] {
    // A full topic stays full until a person does something; all else may pass within seconds.
    if (this.#waitedMs >= STUCK_AFTER_MS || this.#notPublished?.code === 'busEntityFull') return 'notPublishing';
    return this.#state === 'connected' && !this.#canReceive() ? 'noInvitations' : this.#state;
  }

  /** As UcwaSession.health. @param known what others know. */
  toHealth(known: Pick<SessionHealth, 'readToEndMs' | 'tokenExpiresAtMs'>): SessionHealth {
    const state = this.#shownState;
    return {
      state,
      lastPollAtMs: this.#lastPollAtMs,
      modalities: this.#ports.modalities() ?? [],
      lastError:
        state === 'notPublishing'
          ? [
              `Service Bus has not accepted what was read from the channel for ${String(Math.round(this.#waitedMs / 1000))} s.`,
              ...(this.#notPublished === undefined ? [] : [this.#notPublished.message]),
            ].join(' ')
          : this.#lastError,
      connectedSinceMs: this.#connectedSinceMs,
      disconnectedSinceMs: this.#disconnectedSinceMs,
      nextTryAtMs: this.#nextTryAtMs,
      cutAfterMs: this.#cutAfterMs,
      ...known,
    };
  }

  #reportState(): void {
    const state = this.#shownState;
    if (state === this.#reportedState) return;
    this.#reportedState = state;
    this.stateChanged?.();
  }

  /** How long the consumer has had its package. */
  get #waitedMs(): number {
    return this.#handedOutAtMs === undefined ? 0 : this.#ports.clock.now() - this.#handedOutAtMs;
  }

  #canReceive(): boolean {
    const granted = this.#ports.modalities();
    if (granted === undefined) return true;
    if (granted !== this.#judged) {
      this.#judged = granted;
      this.#receives = this.#ports.kinds.some((kind) =>
        kinds[kind].needsModality.some((modality) => granted.includes(modality)),
      );
    }
    return this.#receives;
  }
}

function plainFields(attributes: Readonly<Record<string, unknown>>): LogFields {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
    ),
  );
}

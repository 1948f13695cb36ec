import { RelayError, toRelayError } from '../../errors/relayError';
import type { HttpResponse } from '../httpResponse';
import { parsePackage, recoverPackage } from '../format/parsePackage';
import type { EventPackage } from '../../invitations/resource';
import { translateResponse } from '../translateError';
import type { ChannelPorts } from './channelPorts';
import { CutVerdict, type HeldCut } from './cutVerdict';
import { isCut } from './heldCut';
import { pollTimeoutMs } from './pollAddress';
import { HELD_MS, type ReadProgress } from './readProgress';

/** A body that cannot be read is asked for again (most are cut off on the way), but not for ever. */
const READ_TRIES = 3;

const nothing = (): void => undefined;

/** A response with a package, and what is known of its age. */
export interface Received {
  readonly package: EventPackage;
  readonly bytes: number;
  readonly path: string;
  readonly tookMs: number;
  readonly receivedAtMs: number;
  /** The last moment at which the channel was known to be empty. */
  readonly emptyAtMs: number;
}

/** What the poller needs beside the ports. */
export interface PollerPorts extends ChannelPorts {
  readonly progress: ReadProgress;
  /** The application's path. */
  applicationPath(): string;
  /** A poll that was cut turned out to be a failure; the next poll is out already. */
  cutByFailure(error: RelayError): void;
}

/** Sends the polls of one channel, one at a time, and tells failures from polls that something between cuts while they are idle. */
export class Poller {
  readonly #ports: PollerPorts;
  readonly #verdict: CutVerdict;
  /** A poll went out and no response came: the server may hold it still. */
  #unanswered = false;
  /** For how long our side waits for the poll that is out. */
  #timeoutMs = 0;
  #unreadable = 0;
  #failures = 0;
  /** The pool did not respond when it was asked: only a response shows that it is there again, and none what came meanwhile. */
  #isPoolSilent = false;

  constructor(ports: PollerPorts) {
    this.#ports = ports;
    this.#verdict = new CutVerdict({
      clock: ports.clock,
      lastResponseMs: () => ports.lastResponseMs(),
      probe: (signal) => ports.probe(ports.applicationPath(), signal),
      idle: (cut) => this.#cutWhileIdle(cut),
      failed: ({ error }) => this.#cutByFailure(error),
    });
  }

  /** Tries in a row that failed. */
  get failures(): number {
    return this.#failures;
  }

  failed(): void {
    this.#failures += 1;
    this.#ports.progress.mayBeResent();
  }

  /** What comes after this has its own failures. */
  resetFailures(): void {
    this.#failures = 0;
  }

  /** Nothing is polled for the moment. */
  pause(): void {
    this.#verdict.withdraw();
  }

  /** Whether the poll that is out is held open by the pool, which then has nothing to tell. */
  get isHeldOpen(): boolean {
    return this.#failures === 0 && !this.#verdict.isOpen && this.#ports.progress.isHeldOpen(this.#timeoutMs);
  }

  /** One poll. Undefined where it was cut on the way after it had been held: it is sent again at once. Rejects with a RelayError. */
  async poll(path: string, signal: AbortSignal): Promise<Received | undefined> {
    const { progress } = this.#ports;
    const mayBeOurs = this.#unanswered;
    this.#unanswered = true;
    this.#timeoutMs = pollTimeoutMs(path);
    progress.sent();
    const settle = this.#reportWhenHeld();
    try {
      const response = await this.#ports.poll(path, signal).catch(toRelayError);
      if (signal.aborted && this.isHeldOpen) progress.emptyNow();
      if (!signal.aborted && isCut(response) && this.#judgeCut(response)) return undefined;
      if (response instanceof RelayError) throw response;
      this.#unanswered = false;
      this.#verdict.reconsider();
      return this.#received(response, path, mayBeOurs);
    } finally {
      settle();
      progress.ended();
    }
  }

  #received(response: HttpResponse, path: string, mayBeOurs: boolean): Received {
    const { clock, progress } = this.#ports;
    const receivedAtMs = clock.now();
    if (response.status < 200 || response.status >= 300) {
      const error = translateResponse(response, receivedAtMs);
      if (error.code === 'pollReplaced' && mayBeOurs)
        throw new RelayError('upstreamFailed', 'An earlier poll of ours was still open.');
      throw error;
    }
    const parsed = parsePackage(response.text, response.contentType);
    const received = 'package' in parsed ? parsed.package : this.#unreadableBody(response.text, parsed.problem);
    this.#unreadable = 0;
    this.#failures = 0;
    this.#isPoolSilent = false;
    this.#ports.polled();
    const tookMs = clock.monotonicMs() - (progress.sentAtMs ?? 0);
    const emptyAtMs = progress.responded();
    return { package: received, bytes: Buffer.byteLength(response.text), path, tookMs, receivedAtMs, emptyAtMs };
  }

  /** Throws until it has been asked for often enough; then the body goes on raw. */
  #unreadableBody(text: string, problem: string): EventPackage {
    this.#unreadable += 1;
    if (this.#unreadable >= READ_TRIES) return recoverPackage(text, problem);
    throw new RelayError('responseUnreadable', `The event channel answered something that cannot be read: ${problem}`);
  }

  /** The account is connected: the pool has just responded, or it will show in a moment that the poll is held. */
  #reportWhenHeld(): () => void {
    const ports = this.#ports;
    if (this.#failures > 0)
      return this.#isPoolSilent ? nothing : ports.clock.setTimer(HELD_MS, () => ports.connected());
    ports.connected();
    return nothing;
  }

  /** Whether the poll had been held, so that the verdict tells what the cut was. */
  #judgeCut(outcome: HttpResponse | RelayError): boolean {
    const { progress } = this.#ports;
    const { heldMs, sentAtMs } = progress;
    if (heldMs < HELD_MS || sentAtMs === undefined) return false;
    const emptyUntilMs = this.#isPoolSilent ? undefined : progress.cutNow();
    this.#verdict.judge({ emptyUntilMs, heldMs, error: this.#errorOf(outcome) }, sentAtMs);
    return true;
  }

  #errorOf(outcome: HttpResponse | RelayError): RelayError {
    if (outcome instanceof RelayError) return outcome;
    if (outcome.status >= 300) return translateResponse(outcome, this.#ports.clock.now());
    return new RelayError('upstreamFailed', 'A web page came in place of events.');
  }

  #cutWhileIdle({ emptyUntilMs, heldMs }: HeldCut): void {
    this.#failures = 0;
    this.#isPoolSilent = false;
    if (emptyUntilMs !== undefined) this.#ports.progress.cutWhileIdle(emptyUntilMs);
    this.#ports.cutWhileIdle(heldMs);
  }

  #cutByFailure(error: RelayError): void {
    this.failed();
    this.#isPoolSilent = true;
    this.#ports.cutByFailure(error);
  }
}

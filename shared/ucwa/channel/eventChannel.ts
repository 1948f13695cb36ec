import { RelayError, toRelayError } from '../../errors/relayError';
import type { ChannelItem, ReadOptions } from '../session';
import { transientBackOff, waitMs } from './backOff';
import type { ChannelPorts } from './channelPorts';
import { Cursor } from './cursor';
import { Gaps, type GapCause } from './gaps';
import { keepAlive, POLL_AGAIN_MS } from './keepAlive';
import { Pacing } from './pacing';
import { ackOf, pollAddress } from './pollAddress';
import { Poller, type Received } from './poller';
import { FORGOTTEN_AFTER_MS, ReadProgress } from './readProgress';
import { recoveryActionFor } from './recoveryAction';
import { Recreation } from './recreation';

/**
 * The event channel of one account (UCWA 2.0, "Event channel details"). Where it stands outlives
 * a call of `packages`: a package that was yielded last and not acknowledged is polled again by the next one.
 */
export class EventChannel {
  readonly #ports: ChannelPorts;
  readonly #progress: ReadProgress;
  readonly #poller: Poller;
  readonly #gaps: Gaps;
  readonly #cursor = new Cursor();
  readonly #recreation = new Recreation();
  readonly #pacing = new Pacing();
  #application: { readonly path: string; readonly id: string } | undefined;
  /** The application must be opened (again) before the next poll. */
  #reopen = true;
  /** An address that answered 410. */
  #goneAddress: string | undefined;

  constructor(ports: ChannelPorts) {
    this.#ports = ports;
    this.#gaps = new Gaps(ports.clock);
    this.#progress = new ReadProgress(ports.clock, ports.stalls);
    this.#poller = new Poller({
      progress: this.#progress,
      applicationPath: () => this.#application?.path ?? '/',
      // The next poll is out already: what there is to do is done before the one after it.
      cutByFailure: (error) => void this.#recover(error),
      ...ports,
    });
  }

  /** As SessionHealth. */
  get readToEndMs(): number | undefined {
    return this.#poller.isHeldOpen ? this.#ports.clock.now() : this.#progress.readToEndMs;
  }

  /** As UcwaSession.packages. */
  async *packages(signal: AbortSignal, options: ReadOptions): AsyncGenerator<ChannelItem, void, undefined> {
    const isOver = (): boolean => signal.aborted;
    this.#progress.resume(options.readUntilMs);
    try {
      while (!isOver()) {
        try {
          if (this.#reopen) await this.#open(signal, options.readUntilMs);
          if (this.#gaps.pending !== undefined) {
            yield this.#gaps.pending;
            this.#gaps.reported();
          }
          await options.confirmLease?.(signal);
          if (isOver()) return;
          // Not through a variable: it would hold the package as long as the next poll waits.
          yield* this.#deliver(await this.#poller.poll(this.#cursor.path ?? '', signal), signal, options);
        } catch (error) {
          if (isOver()) return;
          this.#poller.failed();
          await this.#ports.clock.sleep(this.#recover(toRelayError(error)), signal);
        }
      }
    } finally {
      this.#poller.pause();
    }
  }

  async #open(signal: AbortSignal, readUntilMs: number | undefined): Promise<void> {
    const before = this.#application;
    const { application, created } = await this.#openWithChannel(signal);
    const nowMs = this.#ports.clock.now();
    const isAnother = created || before?.path !== application.path;
    if (isAnother || this.#cursor.path === undefined) this.#cursor.goTo(application.eventsHref);
    if (isAnother) this.#recreation.opened(nowMs);
    const lost = before !== undefined && isAnother ? 'applicationLost' : undefined;
    const outage = created && readUntilMs !== undefined ? 'outage' : undefined;
    const cause = this.#gaps.takeCause() ?? lost ?? outage;
    if (cause !== undefined)
      this.#gaps.add(cause, this.#progress.wholeUntilMs ?? readUntilMs ?? nowMs - FORGOTTEN_AFTER_MS, application.id);
    this.#application = { path: application.path, id: application.id };
    this.#progress.opened(created, readUntilMs);
    this.#reopen = false;
  }

  async #openWithChannel(signal: AbortSignal): ReturnType<ChannelPorts['open']> {
    const opened = await this.#ports.open(signal);
    if (pollAddress(opened.application.eventsHref) !== this.#goneAddress) return opened;
    await this.#ports.abandon(opened.application.path, signal);
    throw new RelayError(
      'applicationGone',
      'The application’s event channel is gone for good, and the application with it.',
    );
  }

  /**
   * Precedence: resync, resume, next (UCWA 2.0, "Event channel details"). A package is acknowledged only when the consumer asks
   * for the next one.
   */
  async *#deliver(
    response: Received | undefined,
    signal: AbortSignal,
    options: ReadOptions,
  ): AsyncGenerator<ChannelItem, void, undefined> {
    const application = this.#application;
    if (response === undefined || application === undefined) return;
    const { package: received, bytes, path, tookMs, receivedAtMs, emptyAtMs } = response;
    const { budget, clock } = this.#ports;
    const carries = received.senders.length > 0;
    const readToEndMs = this.#progress.readToEndMs ?? receivedAtMs;
    if (received.resync === undefined && carries) {
      this.#progress.reading(emptyAtMs);
      if (!budget.acquire(bytes)) {
        // Put down again: it is not acknowledged by that, and asking for it now and then keeps the application alive.
        this.#progress.mayBeResent();
        await budget.waitForBudget(POLL_AGAIN_MS, signal);
        return;
      }
      const stopKeepingAlive = keepAlive(clock, (stop) => this.#pollAgain(path, stop, options));
      try {
        const ack = ackOf(path);
        yield { type: 'package', package: received, ack, applicationId: application.id, receivedAtMs, emptyAtMs };
      } finally {
        budget.release(bytes);
        await stopKeepingAlive();
      }
    }
    if (received.resync !== undefined) {
      this.#cursor.goTo(received.resync);
      this.#progress.mayBeResent();
    } else {
      this.#progress.read(carries, emptyAtMs, receivedAtMs);
      if (received.resume !== undefined) {
        this.#gaps.add('resume', readToEndMs, application.id);
        this.#reopen = true;
      }
      if (!this.#cursor.moveOn(received, path)) {
        this.#loseAddress('channelGone');
        await this.#ports.abandon(application.path, signal);
      }
    }
    const paceMs = this.#pacing.waitMs(carries, tookMs, this.#ports.random);
    if (paceMs > 0) await clock.sleep(paceMs, signal);
  }

  async #pollAgain(path: string, signal: AbortSignal, { confirmLease }: ReadOptions): Promise<void> {
    await confirmLease?.(signal);
    if (!signal.aborted) await this.#ports.poll(path, signal).catch(() => undefined);
  }

  /** Does what the error asks for and returns how long to wait; throws it when it is not for the channel to mend. */
  #recover(error: RelayError): number {
    const { clock, random } = this.#ports;
    const { failures } = this.#poller;
    const action = recoveryActionFor(error, failures);
    if (action === 'stop') {
      this.#poller.resetFailures();
      this.#ports.failed(error, undefined);
      throw error;
    }
    if (action === 'signInAfresh' || action === 'newAddress') {
      this.#ports.forgetPool();
      this.#reopen = true;
    }
    if (action === 'newAddress') this.#goneAddress = this.#cursor.path;
    const isLost = action === 'newAddress' || action === 'newApplication';
    if (isLost) this.#loseAddress(action === 'newAddress' ? 'channelGone' : 'applicationLost');
    const wait = isLost
      ? this.#recreation.lost(clock.now(), random)
      : waitMs(transientBackOff, failures, random, error.retryAfterMs);
    this.#ports.failed(error, wait);
    return wait;
  }

  #loseAddress(cause: GapCause): void {
    this.#gaps.lost(cause);
    this.#cursor.lose();
    this.#reopen = true;
  }
}

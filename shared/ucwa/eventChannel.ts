// Over 200 lines: where the channel stands and every way in which that changes belong in one place.
import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import type { Application } from './application';
import { transientBackOff, waitMs } from './backOff';
import { emptyAtMs, HELD_MS } from './emptyAt';
import type { HttpResponse } from './http';
import { Pacing } from './pacing';
import type { PackageRoom } from './packageRoom';
import { parsePackage, salvagePackage } from './parsePackage';
import { ackOf, guessNext, pollAddress, pollTimeoutMs } from './pollAddress';
import { Recreation } from './recreation';
import { remedyFor } from './remedyFor';
import type { EventPackage } from './resource';
import type { ChannelItem, GapItem } from './session';
import { translateResponse } from './translateError';

/** UCWA drops an application that nobody has polled for this long: nothing on a channel is older, and a longer outage loses it. */
const FORGOTTEN_AFTER_MS = 900_000;
/** A third of that: two of three may fail. */
const ASK_AGAIN_MS = 300_000;
/** A poll that was cut after this long was idle: proxies do that, and it is no trouble. */
const IDLE_CUT_MS = 30_000;
/** A body that cannot be read is asked for again (most are cut off on the way), but not for ever. */
const READ_TRIES = 3;
/** How often in a row the channel may be led on by a guess before the application is given up. */
const GUESSES = 2;

/** What the channel needs of its session. */
export interface ChannelPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** The application, signed in and made available. */
  open(signal: AbortSignal): Promise<{ readonly application: Application; readonly created: boolean }>;
  /** The application is of no use any more: the next `open` makes another. */
  abandon(path: string, signal: AbortSignal): Promise<void>;
  /** The next request discovers the pool and signs in afresh. */
  forgetPool(): void;
  poll(path: string, signal: AbortSignal): Promise<HttpResponse>;
  readonly room: PackageRoom;
  /** Told of every poll as it is sent, and as it is answered well. */
  polling(): void;
  polled(): void;
  /** Told of every error, and how long is waited now; undefined when the channel gives up. */
  failed(error: RelayError, waitMs: number | undefined): void;
}

interface Answer {
  readonly package: EventPackage;
  readonly bytes: number;
  readonly path: string;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

type GapCause = GapItem['cause'];

/**
 * The event channel of one account (UCWA 2.0, "Event channel details"; reference, section 3). Where it stands outlives
 * a call of `packages`: what was yielded last and not pulled past is polled again by the next one.
 */
export class EventChannel {
  readonly #ports: ChannelPorts;
  readonly #recreation = new Recreation();
  readonly #pacing = new Pacing();
  #application: { readonly path: string; readonly id: string } | undefined;
  /** The path to poll next. Undefined: the application's own link says. */
  #cursor: string | undefined;
  /** The application must be opened (again) before the next poll. */
  #reopen = true;
  /** An address that answered 410. */
  #goneAddress: string | undefined;
  /** A hole that has to be told before the next package; kept until the consumer has pulled past it. */
  #gap: GapItem | undefined;
  #gapCause: GapCause | undefined;
  /** When the last answer came: until then the channel was whole. */
  #wholeUntilMs: number | undefined;
  /** When the last package that was pulled past came, or until when the channel had been empty before the one that is being read. */
  #readToEndMs: number | undefined;
  /** When the poll that is out now was sent. */
  #sentAtMs: number | undefined;
  /** A poll went out and no answer came: the server may hold it still. */
  #unanswered = false;
  /** The next package may have been made for an earlier poll, whose answer nobody acknowledged: it says nothing of what has come since. */
  #mayBeResent = false;
  #failures = 0;
  #unreadable = 0;
  #guesses = 0;

  constructor(ports: ChannelPorts) {
    this.#ports = ports;
  }

  /** As SessionHealth. */
  get readToEndMs(): number | undefined {
    const nowMs = this.#ports.clock.now();
    return this.#isHeldOpen(nowMs) ? nowMs : this.#readToEndMs;
  }

  /** As UcwaSession.packages. */
  async *packages(signal: AbortSignal, readUntilMs?: number): AsyncGenerator<ChannelItem, void, undefined> {
    const isOver = (): boolean => signal.aborted;
    // What an earlier run had asked for and not read, or read and not published, comes again as it was made then.
    this.#mayBeResent = true;
    // Another process may have read on meanwhile.
    if (this.#readToEndMs !== undefined && readUntilMs !== undefined)
      this.#readToEndMs = Math.max(this.#readToEndMs, readUntilMs);
    while (!isOver()) {
      try {
        if (this.#reopen) await this.#open(signal, readUntilMs);
        if (this.#gap !== undefined) {
          yield this.#gap;
          this.#gap = undefined;
        }
        yield* this.#deliver(await this.#poll(signal), signal);
      } catch (error) {
        if (isOver()) return;
        this.#failures += 1;
        this.#mayBeResent = true;
        await this.#ports.clock.sleep(this.#recover(toRelayError(error)), signal);
      }
    }
  }

  async #open(signal: AbortSignal, readUntilMs: number | undefined): Promise<void> {
    const { clock } = this.#ports;
    const before = this.#application;
    const { application, created } = await this.#ports.open(signal);
    const nowMs = clock.now();
    const isAnother = created || before?.path !== application.path;
    if (pollAddress(application.eventsHref) === this.#goneAddress) {
      await this.#ports.abandon(application.path, signal);
      throw new RelayError(
        'applicationGone',
        'The application’s event channel is gone for good, and the application with it.',
      );
    }
    if (isAnother || this.#cursor === undefined) this.#cursor = pollAddress(application.eventsHref);
    if (isAnother) this.#recreation.opened(nowMs);
    const cause =
      this.#gapCause ??
      (before !== undefined && isAnother ? 'applicationLost' : undefined) ??
      (created && readUntilMs !== undefined ? 'outage' : undefined);
    if (cause !== undefined)
      this.#noteGap(cause, this.#wholeUntilMs ?? readUntilMs ?? nowMs - FORGOTTEN_AFTER_MS, application.id);
    this.#gapCause = undefined;
    this.#application = { path: application.path, id: application.id };
    this.#readToEndMs = created ? nowMs : (this.#readToEndMs ?? readUntilMs ?? nowMs - FORGOTTEN_AFTER_MS);
    this.#mayBeResent = !created;
    this.#wholeUntilMs = nowMs;
    this.#reopen = false;
  }

  #noteGap(cause: GapCause, afterMs: number, applicationId: string): void {
    const beforeMs = this.#ports.clock.now();
    const isOutage = cause === 'applicationLost' && beforeMs - afterMs > FORGOTTEN_AFTER_MS;
    // A hole that was not told yet grows.
    this.#gap = {
      type: 'gap',
      cause: this.#gap?.cause ?? (isOutage ? 'outage' : cause),
      afterMs: this.#gap?.afterMs ?? afterMs,
      beforeMs,
      applicationId,
    };
  }

  async #poll(signal: AbortSignal): Promise<Answer> {
    const { clock } = this.#ports;
    const path = this.#cursor ?? '';
    const sentAtMs = clock.now();
    const mayBeOurs = this.#unanswered;
    this.#unanswered = true;
    this.#sentAtMs = sentAtMs;
    this.#ports.polling();
    let response: HttpResponse;
    try {
      response = await this.#ports.poll(path, signal);
    } catch (error) {
      const nowMs = clock.now();
      if (nowMs - sentAtMs >= IDLE_CUT_MS) this.#failures = 0;
      if (signal.aborted && this.#isHeldOpen(nowMs)) this.#readToEndMs = nowMs;
      throw error;
    } finally {
      this.#sentAtMs = undefined;
    }
    this.#unanswered = false;
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
    this.#wholeUntilMs = receivedAtMs;
    this.#ports.polled();
    return { package: received, bytes: Buffer.byteLength(response.text), path, sentAtMs, receivedAtMs };
  }

  /** Whether the poll that is out, or that this side ends, as every run does in the end, is held open by the pool, which then has nothing to tell. */
  #isHeldOpen(nowMs: number): boolean {
    if (this.#sentAtMs === undefined || nowMs - this.#sentAtMs < HELD_MS || this.#failures > 0) return false;
    return this.#wholeUntilMs !== undefined && nowMs - this.#wholeUntilMs <= pollTimeoutMs(this.#cursor ?? '');
  }

  /** Throws until it has been asked for often enough; then the body goes on raw. */
  #unreadableBody(text: string, problem: string): EventPackage {
    this.#unreadable += 1;
    if (this.#unreadable < READ_TRIES)
      throw new RelayError(
        'responseUnreadable',
        `The event channel answered something that cannot be read: ${problem}`,
      );
    return salvagePackage(text, problem);
  }

  /** Precedence: resync, resume, next (reference, section 3). Nothing is moved on before the consumer has pulled past the package. */
  async *#deliver(
    { package: received, bytes, path, sentAtMs, receivedAtMs }: Answer,
    signal: AbortSignal,
  ): AsyncGenerator<ChannelItem, void, undefined> {
    const application = this.#application;
    if (application === undefined) return;
    const readToEndMs = this.#readToEndMs ?? receivedAtMs;
    const carries = received.senders.length > 0;
    const emptyAt = emptyAtMs({ readToEndMs, sentAtMs, receivedAtMs });
    if (received.resync === undefined && carries) {
      this.#readToEndMs = emptyAt;
      if (!this.#ports.room.take(bytes)) {
        // Put down again: it is not acknowledged by that, and asking for it now and then keeps the application alive.
        this.#mayBeResent = true;
        await this.#ports.room.waitForTurn(ASK_AGAIN_MS, signal);
        return;
      }
      const letGo = this.#holdApplication(path);
      try {
        yield {
          type: 'package',
          package: received,
          ack: ackOf(path),
          applicationId: application.id,
          receivedAtMs,
          emptyAtMs: emptyAt,
        };
      } finally {
        this.#ports.room.giveBack(bytes);
        await letGo();
      }
    }
    if (received.resync !== undefined) {
      this.#cursor = pollAddress(received.resync);
      this.#mayBeResent = true;
    } else {
      this.#readToEndMs = carries && this.#mayBeResent ? emptyAt : receivedAtMs;
      this.#mayBeResent = false;
      if (received.resume !== undefined) {
        this.#noteGap('resume', readToEndMs, application.id);
        this.#reopen = true;
      }
      await this.#moveOn(received, path, carries, signal);
    }
    const paceMs = this.#pacing.waitMs(carries, receivedAtMs - sentAtMs, this.#ports.random);
    if (paceMs > 0) await this.#ports.clock.sleep(paceMs, signal);
  }

  /**
   * While a package cannot be published (the bus is down) it is polled again now and then: it is not acknowledged by
   * that, and the application does not die of inactivity with all that waits on it. Goes on until what it returns is called.
   */
  #holdApplication(path: string): () => Promise<void> {
    let holding: { readonly pulled: AbortController; readonly done: Promise<void> } | undefined;
    const cancel = this.#ports.clock.alarm(ASK_AGAIN_MS, () => {
      const pulled = new AbortController();
      holding = { pulled, done: this.#askNowAndThen(path, pulled.signal) };
    });
    return async () => {
      cancel();
      holding?.pulled.abort();
      await holding?.done;
    };
  }

  async #askNowAndThen(path: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#ports.poll(path, signal).catch(() => undefined);
      await this.#ports.clock.sleep(ASK_AGAIN_MS, signal);
    }
  }

  async #moveOn(received: EventPackage, path: string, carried: boolean, signal: AbortSignal): Promise<void> {
    const onward = received.resume ?? received.next;
    if (onward !== undefined) {
      this.#guesses = 0;
      this.#cursor = pollAddress(onward);
      return;
    }
    if (!carried) return; // An empty answer that leads nowhere: the same address again.
    const guess = guessNext(path);
    this.#guesses += 1;
    if (guess !== undefined && this.#guesses <= GUESSES) {
      this.#cursor = guess;
      return;
    }
    this.#guesses = 0;
    this.#loseAddress('channelGone');
    if (this.#application !== undefined) await this.#ports.abandon(this.#application.path, signal);
  }

  /** Does what the error asks for and answers how long to wait; throws it when it is not for the channel to mend. */
  #recover(error: RelayError): number {
    const { clock, random } = this.#ports;
    const remedy = remedyFor(error, this.#failures);
    if (remedy === 'giveUp') {
      this.#failures = 0;
      this.#ports.failed(error, undefined);
      throw error;
    }
    if (remedy === 'signInAfresh' || remedy === 'newAddress') {
      this.#ports.forgetPool();
      this.#reopen = true;
    }
    if (remedy === 'newAddress') this.#goneAddress = this.#cursor;
    const isLost = remedy === 'newAddress' || remedy === 'newApplication';
    if (isLost) this.#loseAddress(remedy === 'newAddress' ? 'channelGone' : 'applicationLost');
    const wait = isLost
      ? this.#recreation.lost(clock.now(), random)
      : waitMs(transientBackOff, this.#failures, random, error.retryAfterMs);
    this.#ports.failed(error, wait);
    return wait;
  }

  #loseAddress(cause: GapCause): void {
    this.#gapCause ??= cause;
    this.#cursor = undefined;
    this.#reopen = true;
  }
}

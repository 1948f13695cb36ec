import type { Clock } from '../../clock';
import type { StallMonitor } from './stallMonitor';

/** UCWA drops an application that nobody has polled for this long: nothing on a channel is older, and a longer outage loses it. */
export const FORGOTTEN_AFTER_MS = 900_000;
/**
 * A P-GET that took this long was held open by the pool: the channel was empty meanwhile. Shorter, it may have been a slow
 * response. A second less than what counts as late, so that a ring just before that is not late for the moments it takes to publish.
 */
export const HELD_MS = 4_000;
/** An event may have been on its way while the poll was cut: so much before the cut the channel was empty. */
const CUT_MARGIN_MS = 500;
/** Clocks of two machines differ by less; a moment that lies further ahead was noted by a wrong clock. */
const CLOCK_SKEW_MS = 5_000;

/**
 * Until when an event channel is known to have been empty or read to its end, which is how old what comes next can be.
 * Kept by the monotonic clock; what goes in and out are milliseconds since the epoch.
 */
export class ReadProgress {
  readonly #clock: Clock;
  readonly #stalls: Pick<StallMonitor, 'stalledMs'>;
  /** All on the monotonic clock. */
  #readToEnd: number | undefined;
  #wholeUntil: number | undefined;
  #sentAt: number | undefined;
  /**
   * The next package may have been made for an earlier poll, whose response nobody acknowledged: it says nothing of
   * what has come since.
   */
  #mayBeResent = false;

  constructor(clock: Clock, stalls: Pick<StallMonitor, 'stalledMs'>) {
    this.#clock = clock;
    this.#stalls = stalls;
  }

  /** When the last package that was acknowledged came, or until when the channel had been empty before the one that is being read. */
  get readToEndMs(): number | undefined {
    return this.#toEpoch(this.#readToEnd);
  }

  /** Until when the channel is known to have had no hole. */
  get wholeUntilMs(): number | undefined {
    return this.#toEpoch(this.#wholeUntil);
  }

  /** How long the poll that is out has waited, as far as the process was there to wait. */
  get heldMs(): number {
    return this.#sentAt === undefined ? 0 : this.#presentNow() - this.#sentAt;
  }

  /** On the monotonic clock, when the poll that is out was sent. */
  get sentAtMs(): number | undefined {
    return this.#sentAt;
  }

  /** A run begins. What an earlier one had asked for and not read, or read and not published, comes again as it was made then. */
  resume(readUntilMs: number | undefined): void {
    this.#mayBeResent = true;
    // Another process may have read on meanwhile.
    if (this.#readToEnd !== undefined && readUntilMs !== undefined)
      this.#readToEnd = Math.max(this.#readToEnd, this.#toMonotonic(readUntilMs));
  }

  /** The application was opened: a new channel is empty, another as old as it may be. */
  opened(created: boolean, readUntilMs: number | undefined): void {
    const now = this.#clock.monotonicMs();
    const known = readUntilMs === undefined ? undefined : this.#toMonotonic(readUntilMs);
    this.#readToEnd = created ? now : (this.#readToEnd ?? known ?? now - FORGOTTEN_AFTER_MS);
    this.#mayBeResent = !created;
    this.#wholeUntil = now;
  }

  sent(): void {
    this.#sentAt = this.#clock.monotonicMs();
  }

  /** The poll is over. */
  ended(): void {
    this.#sentAt = undefined;
  }

  /** The poll went wrong, or led back. */
  mayBeResent(): void {
    this.#mayBeResent = true;
  }

  /**
   * The poll has its response: the last moment at which the channel was empty, for what the response carries. An
   * invitation ends the pool's holding at once (it is a high-priority event), so what ends a long poll has only just
   * happened, unless it lay in the socket while the process stood still.
   */
  responded(): number {
    const now = this.#presentNow();
    this.#wholeUntil = now;
    return this.#toEpoch(this.heldMs >= HELD_MS ? now : (this.#readToEnd ?? now));
  }

  /** A poll was cut on the way, and the pool is there: `atMs` of the monotonic clock, see `cutNow`. */
  cutWhileIdle(atMs: number): void {
    this.#readToEnd = Math.max(this.#readToEnd ?? atMs, atMs);
    this.#wholeUntil = Math.max(this.#wholeUntil ?? atMs, atMs);
    this.#mayBeResent = true;
  }

  /** Until when the channel was empty if the poll that is cut now was held by the pool; on the monotonic clock. */
  cutNow(): number {
    return this.#presentNow() - CUT_MARGIN_MS;
  }

  /** A package is being read: nothing that comes after it is known to be younger. */
  reading(emptyAtMs: number): void {
    this.#readToEnd = this.#toMonotonic(emptyAtMs);
  }

  /** A response that came at `receivedAtMs` was read to its end. */
  read(carried: boolean, emptyAtMs: number, receivedAtMs: number): void {
    this.#readToEnd = this.#toMonotonic(carried && this.#mayBeResent ? emptyAtMs : receivedAtMs);
    this.#mayBeResent = false;
  }

  /** The poll that is out is held by a pool that has nothing to tell: the channel is empty now. */
  emptyNow(): void {
    this.#readToEnd = this.#presentNow();
  }

  /** Whether the poll that is out is held open; the pool has responded within `lastingMs`. */
  isHeldOpen(lastingMs: number): boolean {
    if (this.#sentAt === undefined || this.#wholeUntil === undefined) return false;
    const now = this.#presentNow();
    return now - this.#sentAt >= HELD_MS && now - this.#wholeUntil <= lastingMs;
  }

  /** Now, or the beginning of a stall that is just over: what came meanwhile may be as old as that. */
  #presentNow(): number {
    return this.#clock.monotonicMs() - this.#stalls.stalledMs();
  }

  #toEpoch(monotonicMs: number): number;
  #toEpoch(monotonicMs: number | undefined): number | undefined;
  #toEpoch(monotonicMs: number | undefined): number | undefined {
    if (monotonicMs === undefined) return undefined;
    return Math.round(this.#clock.now() - (this.#clock.monotonicMs() - monotonicMs));
  }

  #toMonotonic(epochMs: number): number {
    const agoMs = this.#clock.now() - epochMs;
    return this.#clock.monotonicMs() - (agoMs < -CLOCK_SKEW_MS ? FORGOTTEN_AFTER_MS : Math.max(0, agoMs));
  }
}

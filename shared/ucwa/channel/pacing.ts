import { transientBackOff, waitMs } from './backOff';

/** So many quick turns in a row are normal: a resync, a resume, an empty package after a full one. */
const QUICK_POLLS = 3;
const QUICK_MS = 1_000;

/** Keeps a server that answers nothing, at once, again and again, from being asked as fast as it answers. */
export class Pacing {
  #quickPolls = 0;

  /** How long to wait after a turn of the channel that took `tookMs` and did or did not carry events. */
  waitMs(carried: boolean, tookMs: number, random: () => number): number {
    this.#quickPolls = carried || tookMs >= QUICK_MS ? 0 : this.#quickPolls + 1;
    return this.#quickPolls <= QUICK_POLLS ? 0 : waitMs(transientBackOff, this.#quickPolls - QUICK_POLLS, random);
  }
}

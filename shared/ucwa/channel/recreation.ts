import { recreationBackOff, waitMs } from './backOff';

/** An application lost sooner than this after it was made is a step of a loop. */
const LASTING_MS = 300_000;

/**
 * The circuit breaker for applications that do not last: a first loss is mended at once, losses that follow each other
 * closely (a loop was seen on real pools) ever more slowly, up to ten minutes.
 */
export class Recreation {
  #openedAtMs: number | undefined;
  #closeLosses = 0;

  /** Another application has been opened. */
  opened(nowMs: number): void {
    this.#openedAtMs = nowMs;
  }

  /** It is lost: how long to wait before the next is made. */
  lost(nowMs: number, random: () => number): number {
    const hasLasted = this.#openedAtMs !== undefined && nowMs - this.#openedAtMs >= LASTING_MS;
    this.#closeLosses = hasLasted ? 0 : this.#closeLosses + 1;
    return this.#closeLosses === 0 ? 0 : waitMs(recreationBackOff, this.#closeLosses, random);
  }
}

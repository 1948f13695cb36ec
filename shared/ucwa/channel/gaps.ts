import type { Clock } from '../../clock';
import type { GapItem } from '../session';
import { FORGOTTEN_AFTER_MS } from './readProgress';

export type GapCause = GapItem['cause'];

/** The hole that has to be reported before the next package; kept until the consumer asks for the next package. */
export class Gaps {
  readonly #clock: Clock;
  #pending: GapItem | undefined;
  #cause: GapCause | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): GapItem | undefined {
    return this.#pending;
  }

  /** The consumer has it. */
  reported(): void {
    this.#pending = undefined;
  }

  /** Why the channel was lost; the first reason stands until `takeCause`. */
  lost(cause: GapCause): void {
    this.#cause ??= cause;
  }

  takeCause(): GapCause | undefined {
    const cause = this.#cause;
    this.#cause = undefined;
    return cause;
  }

  /** A hole from `afterMs` until now. One that was not reported yet grows. */
  add(cause: GapCause, afterMs: number, applicationId: string): void {
    const beforeMs = this.#clock.now();
    const isOutage = cause === 'applicationLost' && beforeMs - afterMs > FORGOTTEN_AFTER_MS;
    this.#pending = {
      type: 'gap',
      cause: this.#pending?.cause ?? (isOutage ? 'outage' : cause),
      afterMs: this.#pending?.afterMs ?? afterMs,
      beforeMs,
      applicationId,
    };
  }
}

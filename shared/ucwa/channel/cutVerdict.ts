import type { Clock } from '../../clock';
import type { RelayError } from '../../errors/relayError';

/** A pool that is there responds to a small request within this. */
const PROBE_MS = 5_000;

/** A poll that was held and then cut on the way. */
export interface HeldCut {
  /**
   * Until when the channel was empty if the pool held the poll; on the monotonic clock. Undefined where it was not
   * there when the poll was sent.
   */
  readonly emptyUntilMs: number | undefined;
  readonly heldMs: number;
  /** What it is if the pool was not there. */
  readonly error: RelayError;
}

export interface VerdictPorts {
  readonly clock: Clock;
  /** On the monotonic clock, when the pool last responded to any request of the session. */
  lastResponseMs(): number | undefined;
  /** One small request to the pool. Never rejects. */
  probe(signal: AbortSignal): Promise<void>;
  idle(cut: HeldCut): void;
  failed(cut: HeldCut): void;
}

/**
 * Decides about polls that were cut: idle while the pool is there, else a failure, for a proxy whose pool is gone holds
 * each poll for a minute too. Where nothing is known of the pool it is asked beside the next poll.
 */
export class CutVerdict {
  readonly #ports: VerdictPorts;
  #open: { readonly cut: HeldCut; readonly sinceMs: number; readonly probing: AbortController } | undefined;

  constructor(ports: VerdictPorts) {
    this.#ports = ports;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** `sentAtMs` of the monotonic clock: a response to another request since then shows that the pool is there. */
  judge(cut: HeldCut, sentAtMs: number): void {
    this.withdraw();
    if ((this.#ports.lastResponseMs() ?? -Infinity) >= sentAtMs) {
      this.#ports.idle(cut);
      return;
    }
    const probing = new AbortController();
    this.#open = { cut, sinceMs: this.#ports.clock.monotonicMs(), probing };
    void this.#probe(probing);
  }

  /** The pool may have responded: an open verdict is given if it has. Returns whether it was. */
  reconsider(): boolean {
    if (this.#open === undefined || (this.#ports.lastResponseMs() ?? -Infinity) < this.#open.sinceMs) return false;
    const { cut } = this.#open;
    this.withdraw();
    this.#ports.idle(cut);
    return true;
  }

  /** No verdict will be given any more. */
  withdraw(): void {
    this.#open?.probing.abort();
    this.#open = undefined;
  }

  async #probe(probing: AbortController): Promise<void> {
    const cancel = this.#ports.clock.setTimer(PROBE_MS, () => this.#give(probing));
    await this.#ports.probe(probing.signal);
    cancel();
    this.#give(probing);
  }

  #give(probing: AbortController): void {
    if (this.#open?.probing !== probing) return;
    const { cut } = this.#open;
    if (this.reconsider()) return;
    this.withdraw();
    this.#ports.failed(cut);
  }
}

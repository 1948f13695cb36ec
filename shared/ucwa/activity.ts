import type { Clock } from '../clock';

/** UCWA wants to hear of the user at least every four minutes; the jitter keeps a thousand accounts apart. */
const LEAST_MS = 180_000;
const SPREAD_MS = 50_000;

/** Keeps an account's user active. One a session: when the next report is due outlives a run, for UCWA counts on. */
export class Activity {
  readonly #ports: { readonly clock: Clock; readonly random: () => number };
  #dueAtMs: number | undefined;

  constructor(ports: { readonly clock: Clock; readonly random: () => number }) {
    this.#ports = ports;
  }

  /** Calls `report` every three to four minutes until `signal` aborts. `report` never rejects. */
  async keep(report: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#ports;
    for (;;) {
      this.#dueAtMs ??= clock.now() + LEAST_MS + random() * SPREAD_MS;
      await clock.sleep(this.#dueAtMs - clock.now(), signal);
      if (signal.aborted) return;
      this.#dueAtMs = undefined;
      await report();
    }
  }
}

import type { Clock } from '../clock';

/** UCWA wants to hear of the user at least every four minutes; the jitter keeps a thousand accounts apart. */
const LEAST_MS = 210_000;
const SPREAD_MS = 20_000;

/** Keeps an account's user active. One a session: when the next report is due outlives a run, for UCWA counts on. */
export class Activity {
  readonly #ports: { readonly clock: Clock; readonly random: () => number };
  #dueAtMs: number | undefined;

  constructor(ports: { readonly clock: Clock; readonly random: () => number }) {
    this.#ports = ports;
  }

  /** Calls `report` every three and a half to four minutes until the function that it returns is called. `report` never rejects. */
  keep(report: () => Promise<void>): () => void {
    const { clock, random } = this.#ports;
    let isOver = false;
    let cancel = (): void => undefined;
    const plan = (): void => {
      if (isOver) return;
      this.#dueAtMs ??= clock.now() + LEAST_MS + random() * SPREAD_MS;
      // In whole seconds: Node.js keeps a list of its own for each length of a timer.
      cancel = clock.setTimer(Math.ceil((this.#dueAtMs - clock.now()) / 1000) * 1000, () => {
        this.#dueAtMs = undefined;
        void report().then(plan);
      });
    };
    plan();
    return () => {
      isOver = true;
      cancel();
    };
  }
}

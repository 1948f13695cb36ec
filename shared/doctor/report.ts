import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';
import { explain } from './explain';
import type { StepName, StepReport } from './stepReport';
import type { Trace } from './tracedHttp';
import { DiagnosticError } from './diagnosticError';

/** What a step that did not fail has to say, and what it hands on to later steps. */
export interface Finding<Value = void> {
  readonly fact: string;
  readonly value: Value;
  /** There was nothing to try. */
  readonly skipped?: boolean;
}

export interface ReportPorts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly onStep: (report: StepReport) => void;
}

interface StepRules {
  /** Whether its failure makes the steps after it pointless; default true. */
  readonly isEssential?: boolean;
  /** It is carried out whatever has failed before, and after Ctrl-C. */
  readonly always?: boolean;
  /** Where the work itself was done before the step: how long that took. */
  readonly tookMs?: number;
}

/** Carries out the steps of a check one by one and writes down what each has found. */
export class Report {
  readonly steps: StepReport[] = [];
  readonly #ports: ReportPorts;
  readonly #signal: AbortSignal;
  #blockedBy: StepName | undefined;

  constructor(ports: ReportPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  /** Whether there is any point in going on. */
  get isOpen(): boolean {
    return this.#blockedBy === undefined && !this.#signal.aborted;
  }

  /** Writes down that these were not tried, and why. */
  skip(...names: readonly StepName[]): void {
    const why = this.#blockedBy === undefined ? 'stopped' : `${this.#blockedBy} failed`;
    for (const name of names) this.#report({ name, outcome: 'skipped', fact: `not tried: ${why}`, durationMs: 0 });
  }

  /** Resolves with the step's value; undefined where it failed or was not tried. Never rejects. */
  async step<Value>(
    name: StepName,
    work: () => Promise<Finding<Value>> | Finding<Value>,
    { isEssential = true, always = false, tookMs }: StepRules = {},
  ): Promise<Value | undefined> {
    const { clock, trace } = this.#ports;
    if (!this.isOpen && !always) {
      this.skip(name);
      return undefined;
    }
    const startedAtMs = clock.now();
    const elapsedMs = (): number => tookMs ?? clock.now() - startedAtMs;
    try {
      const { fact, value, skipped = false } = await work();
      this.#report({ name, outcome: skipped ? 'skipped' : 'passed', fact, durationMs: elapsedMs() });
      return value;
    } catch (error) {
      if (this.#signal.aborted && !always) {
        this.#report({ name, outcome: 'skipped', fact: 'stopped', durationMs: elapsedMs() });
        return undefined;
      }
      const { fact, whatToDo } = error instanceof DiagnosticError ? error : explain(name, toRelayError(error), trace);
      this.#report({ name, outcome: 'failed', fact, whatToDo, durationMs: elapsedMs() });
      if (isEssential) this.#blockedBy ??= name;
      return undefined;
    }
  }

  #report(report: StepReport): void {
    this.steps.push(report);
    this.#ports.onStep(report);
  }
}

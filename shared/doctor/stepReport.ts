/** The steps in their order, by the names that are printed and stand in `--json`. */
export type StepName =
  | 'settings'
  | 'DNS names'
  | 'certificate'
  | 'clock'
  | 'discovery'
  | 'challenge'
  | 'token'
  | 'pool certificate'
  | 'application'
  | 'modalities'
  | 'links'
  | 'test ring'
  | 'event channel'
  | 'sign-out'
  // Those of `--azure`, which has `clock`, too.
  | 'service bus'
  | 'tables'
  | 'vault';

/** What one step has found. Facts and advice are sentences for the operator, without secrets. */
export interface StepReport {
  readonly name: StepName;
  /** `skipped`: not tried, or there was nothing to try. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly fact: string;
  /** Only where it failed: what to do about it, in a sentence. */
  readonly whatToDo?: string;
  readonly durationMs: number;
}

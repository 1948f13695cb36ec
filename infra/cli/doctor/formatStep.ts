import { harmless, type Terminal } from '../../local/start/print/terminal';
import type { StepReport } from '../../../shared/doctor/stepReport';

const NAME_WIDTH = 16;

/** A step of the doctor, or of the API's check. */
type ShownStep = Omit<StepReport, 'name' | 'whatToDo'> & {
  readonly name: string;
  readonly whatToDo?: string | undefined;
};

/** The step as one line, and a second with what to do where it failed. What servers have said is made harmless to the terminal. */
export function formatStep(
  { name, outcome, fact, whatToDo, durationMs }: ShownStep,
  { good, bad, dim, accent }: Pick<Terminal, 'good' | 'bad' | 'dim' | 'accent'>,
): string[] {
  const mark = { passed: good('✓'), failed: bad('✗'), skipped: dim('–') }[outcome];
  const line = `${mark} ${name.padEnd(NAME_WIDTH)} ${harmless(fact)} ${dim(`(${Math.round(durationMs)} ms)`)}`;
  return whatToDo === undefined ? [line] : [line, `  ${' '.repeat(NAME_WIDTH)} ${accent('→')} ${harmless(whatToDo)}`];
}

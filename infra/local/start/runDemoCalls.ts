import { isCancel } from 'axios';
import type { Clock } from '../../../shared/clock';
import { demoCalls } from './demoCalls';
import type { Simulator } from './simulator';

const BETWEEN_CALLS_MS = 7_000;

/** Rings each call of the demo once, the next some seconds after the one before, unless `signal` is aborted. Never rejects. */
export async function runDemoCalls(
  simulator: Simulator,
  clock: Clock,
  signal: AbortSignal,
  onProblem: (problem: string) => void,
): Promise<void> {
  for (const call of demoCalls) {
    if (signal.aborted) return;
    try {
      await simulator.call(call, signal);
    } catch (error) {
      if (!isCancel(error)) onProblem(error instanceof Error ? error.message : String(error));
    }
    await clock.sleep(BETWEEN_CALLS_MS, signal);
  }
}

import { isCancel } from 'axios';
import type { Clock } from '../../../shared/clock';
import { demoCalls } from './demoCalls';
import type { Simulator } from './simulator';

const BETWEEN_CALLS_MS = 7_000;

/** Rings at once and then every few seconds, each call another story, until `signal` is aborted. Never rejects. */
export async function runDemoCalls(
  simulator: Simulator,
  clock: Clock,
  signal: AbortSignal,
  onProblem: (problem: string) => void,
): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    const call = demoCalls[count % demoCalls.length];
    if (call === undefined) return;
    try {
      await simulator.call(call, signal);
    } catch (error) {
      if (!isCancel(error)) onProblem(error instanceof Error ? error.message : String(error));
    }
    await clock.sleep(BETWEEN_CALLS_MS, signal);
  }
}

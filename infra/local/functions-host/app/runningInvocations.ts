import type { Clock } from '../../../../shared/clock';

/** A reason to abort: without one, an exception with its stack would be made for each invocation. */
const ENDED = Symbol('ended');

/** Thrown into nothing: handed to `onTimeout` when an invocation runs longer than the app's functionTimeout. */
export class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';

  constructor(functionName: string, timeoutMs: number) {
    super(`Function '${functionName}' ran longer than the functionTimeout of ${timeoutMs / 1000} s.`);
  }
}

/** The invocations that have begun and not ended. */
export interface RunningInvocations {
  /** Runs `work` as an invocation of that function and settles as it does. */
  run<T>(functionName: string, work: () => Promise<T>): Promise<T>;
  /** The functions that are running, one name per invocation. */
  names(): string[];
  /** Resolves once none of the functions that `matters` admits runs; all, unless given. */
  idle(matters?: (functionName: string) => boolean): Promise<void>;
}

/**
 * Keeps count of invocations and of their time.
 *
 * An invocation cannot be stopped from outside. When one exceeds `timeoutMs` (undefined: no limit), `onTimeout` is
 * told once, and what runs goes on: Azure restarts the worker then.
 */
export function createRunningInvocations(options: {
  readonly clock: Clock;
  readonly timeoutMs: number | undefined;
  readonly onTimeout: (error: FunctionTimeoutError) => void;
}): RunningInvocations {
  const { clock, timeoutMs, onTimeout } = options;
  const running = new Set<{ readonly functionName: string }>();
  const waiting = new Set<() => void>();

  const watch = async (functionName: string, signal: AbortSignal): Promise<void> => {
    if (timeoutMs === undefined) return;
    await clock.sleep(timeoutMs, signal);
    if (!signal.aborted) onTimeout(new FunctionTimeoutError(functionName, timeoutMs));
  };

  return {
    names: () => [...running].map(({ functionName }) => functionName),
    idle: (matters = () => true) =>
      new Promise((resolve) => {
        const check = (): void => {
          if ([...running].some(({ functionName }) => matters(functionName))) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),

    async run(functionName, work) {
      const entry = { functionName };
      const ended = new AbortController();
      running.add(entry);
      void watch(functionName, ended.signal);
      try {
        return await work();
      } finally {
        ended.abort(ENDED);
        running.delete(entry);
        for (const check of waiting) check();
      }
    },
  };
}

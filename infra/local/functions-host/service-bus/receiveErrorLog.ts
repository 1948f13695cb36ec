import { errorLine, type HostLog } from '../hostLog';

/** Logs why a function receives nothing. */
export interface ReceiveErrorLog {
  report(error: unknown): void;
  /** Messages come again: the same error is news the next time. */
  clear(): void;
}

/** A log that reports an error once, not at each of the SDK's endless attempts. */
export function createReceiveErrorLog(functionName: string, log: HostLog): ReceiveErrorLog {
  let reported: string | undefined;
  return {
    report: (error) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      const kind = code ?? errorLine(error);
      if (kind === reported) return;
      reported = kind;
      log({ level: 'error', functionName, message: `Receiving failed and is tried again: ${errorLine(error)}` });
    },
    clear: () => (reported = undefined),
  };
}

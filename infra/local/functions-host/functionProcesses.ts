import { fork, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Clock } from '../../../shared/clock';
import type { HostLog } from './hostLog';

/** A host process that runs one function alone. */
export interface FunctionProcess {
  readonly functionName: string;
  readonly pid: number;
  /** The process in which the function runs. */
  readonly workerPid: number;
}

export interface FunctionProcesses {
  /** Stops every process as FunctionsHost.close does, and starts none again. */
  close(how: 'asAzure' | 'atOnce'): Promise<void>;
}

const readyMessage = z.object({ ready: z.object({ workerPid: z.number() }) });

/** Flex Consumption replaces an instance that died; a process that ends at once must not take a whole core. */
const RESTART_AFTER_MS = 600;

/**
 * Starts a host process for each of the named functions, as Flex Consumption gives each Service Bus function instances
 * of its own ("Per-function scaling"). Resolves when all of them are ready. A process that ends by itself is started again.
 *
 * @param options.script the host's command line, which `options.args` are for; `--functions NAME` is added to them.
 * @param options.onChange called with the processes that run, whenever one of them or its worker has been started.
 */
export async function startFunctionProcesses(options: {
  readonly script: string;
  readonly args: readonly string[];
  readonly functionNames: readonly string[];
  readonly clock: Clock;
  readonly log: HostLog;
  readonly onChange: (processes: readonly FunctionProcess[]) => void;
}): Promise<FunctionProcesses> {
  const { functionNames, clock, log } = options;
  const closing = new AbortController();
  const children = new Map<string, ChildProcess>();
  const workerPids = new Map<string, number>();

  const list = (): FunctionProcess[] =>
    functionNames.map((functionName) => ({
      functionName,
      pid: children.get(functionName)?.pid ?? -1,
      workerPid: workerPids.get(functionName) ?? -1,
    }));

  const start = (functionName: string): Promise<void> => {
    const child = fork(options.script, [...options.args, '--port', '0', '--functions', functionName], { execArgv: [] });
    children.set(functionName, child);
    child.once('exit', (code, signal) => {
      if (closing.signal.aborted) return;
      const how = String(signal ?? code);
      log({ level: 'warning', functionName, message: `Its process ended (${how}) and is started again.` });
      void restart(functionName);
    });
    return new Promise((resolve) => {
      child.on('message', (message) => {
        workerPids.set(functionName, readyMessage.parse(message).ready.workerPid);
        resolve();
        options.onChange(list());
      });
      child.once('exit', () => resolve());
    });
  };
  const restart = async (functionName: string): Promise<void> => {
    await clock.sleep(RESTART_AFTER_MS, closing.signal);
    if (closing.signal.aborted) return;
    await start(functionName);
  };

  await Promise.all(functionNames.map(start));
  return {
    async close(how) {
      closing.abort();
      await Promise.all([...children.values()].map((child) => endGracefully(child, how)));
    },
  };
}

function endGracefully(child: ChildProcess, how: 'asAzure' | 'atOnce'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    if (how === 'asAzure') child.kill('SIGTERM');
    // Closing the channel asks a host to stop, on every platform.
    else if (child.connected) child.disconnect();
  });
}

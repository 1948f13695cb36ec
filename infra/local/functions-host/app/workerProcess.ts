import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../../../shared/clock';
import type { HostLog } from '../hostLog';
import type { RpcInvocationResponse } from '../worker/functionsCore';
import type { AppLogLine, FromWorker, ToWorker } from '../worker/protocol';
import type { TriggerInput } from './triggerInput';
import type { IndexedFunction } from './trigger';

/** How the host ends its worker: by the `appTerminate` hooks, or by SIGTERM alone, as a container's end does. */
export type WorkerEnd = 'hook' | 'signal';

/** The process that runs the app. Like Microsoft's worker it can die alone, and is then started again. */
export interface WorkerProcess {
  /** What the app registered; empty where it could not be loaded. */
  readonly functions: readonly IndexedFunction[];
  /** The process that runs now; -1 between two. */
  pid(): number;
  /** Resolves when a worker that is being started is ready, or none will be. */
  untilReady(): Promise<void>;
  /** Resolves with what the function returned. Rejects when it threw, the worker ended, or there is none. */
  invoke(functionName: string, invocationId: string, input: TriggerInput): Promise<RpcInvocationResponse>;
  /** Kills the process; another takes its place. */
  restart(): void;
  /** Ends the process for good; after 5 s it is killed. Invocations are refused from then on. */
  end(how: WorkerEnd): Promise<void>;
}

/** Measured with Microsoft's host: a worker that was killed is followed by another after so long. */
const RESTART_AFTER_MS = 600;
/** How long Microsoft's host waits for a worker that was told to end. */
const GRACE_MS = 5_000;

interface WorkerOptions {
  readonly appDirectory: string;
  /** Where the inspector of the process listens, on 127.0.0.1; undefined: none. */
  readonly inspectorPort: number | undefined;
  readonly clock: Clock;
  readonly log: HostLog;
  /** Given every line of the app that comes through the library. */
  readonly onAppLine: (line: AppLogLine) => void;
  /** Called with the process id of each worker that follows one that ended. */
  readonly onRestarted: (pid: number) => void;
}

/** Starts a worker; resolves when it has loaded the app, or has said that it cannot. */
export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const { clock, log } = options;
  const ending = new AbortController();
  const invocations = createPendingInvocations();
  let child: ChildProcess;
  let functions: readonly IndexedFunction[] = [];

  const start = (): Promise<void> => {
    child = forkWorker(options);
    const started = child;
    return new Promise((resolve) => {
      started.on('message', (message: FromWorker) => {
        if (message.kind === 'loaded') {
          functions = message.functions.map((metadata) => ({ metadata }));
          if (message.problem !== undefined) log({ level: 'error', message: message.problem });
          resolve();
        } else if (message.kind === 'log') options.onAppLine(message.line);
        else invocations.settle(message);
      });
      started.once('exit', (code, signal) => {
        const how = String(signal ?? code);
        invocations.rejectAll(new Error(`The worker ended (${how}).`));
        resolve();
        if (ending.signal.aborted) return;
        log({ level: 'error', message: `The worker ended (${how}) and is started again.` });
        ready = restartLater();
      });
    });
  };
  const restartLater = async (): Promise<void> => {
    await clock.sleep(RESTART_AFTER_MS, ending.signal);
    if (ending.signal.aborted) return;
    await start();
    options.onRestarted(child.pid ?? -1);
  };
  let ready = start();
  await ready;

  return {
    get functions() {
      return functions;
    },
    pid: () => (isAlive(child) ? (child.pid ?? -1) : -1),
    restart: () => void child.kill('SIGKILL'),
    untilReady: () => ready,
    invoke(functionName, invocationId, input) {
      if (ending.signal.aborted || !child.connected)
        return Promise.reject(new Error('There is no worker to run the invocation.'));
      const response = invocations.wait(invocationId);
      child.send({ kind: 'invoke', functionName, invocationId, input } satisfies ToWorker);
      return response;
    },
    async end(how) {
      ending.abort();
      if (isAlive(child)) await endWorker(child, how, options);
    },
  };
}

/** Resolves when the process has ended; after the grace period it is killed. */
async function endWorker(
  child: ChildProcess,
  how: WorkerEnd,
  { clock, log }: Pick<WorkerOptions, 'clock' | 'log'>,
): Promise<void> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (how === 'hook') child.send({ kind: 'terminate' } satisfies ToWorker);
  else child.kill('SIGTERM');
  const cancel = clock.setTimer(GRACE_MS, () => {
    log({ level: 'warning', message: `The worker did not end within ${GRACE_MS / 1000} s and is killed.` });
    child.kill('SIGKILL');
  });
  await exited;
  cancel();
}

/** Invocations that the worker has not finished, by id. */
function createPendingInvocations() {
  const pending = new Map<string, PendingInvocation>();
  return {
    wait: (invocationId: string) =>
      new Promise<RpcInvocationResponse>((resolve, reject) => pending.set(invocationId, { resolve, reject })),
    settle(message: Extract<FromWorker, { readonly invocationId: string }>): void {
      const invocation = pending.get(message.invocationId);
      pending.delete(message.invocationId);
      if (message.kind === 'completed') invocation?.resolve(message.response);
      else invocation?.reject(new Error(message.message));
    },
    rejectAll(error: Error): void {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}

interface PendingInvocation {
  readonly resolve: (response: RpcInvocationResponse) => void;
  readonly reject: (error: Error) => void;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** Its lines go to the host's log as Microsoft's host takes them: see `consoleLevel`. */
function forkWorker({ appDirectory, inspectorPort, log }: WorkerOptions): ChildProcess {
  const child = fork(join(projectFolder(), 'dist/infra/local/functions-host/worker/main.js'), [appDirectory], {
    execArgv: inspectorPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectorPort}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (message) =>
      log({ level: 'information', message, isOfApp: true }),
    );
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (message) =>
      log({ level: consoleLevel(message), message, isOfApp: true }),
    );
  return child;
}

/** The level that Microsoft's host gives to a line of standard error (azure-functions-host, WorkerProcess, ParseErrorMessageAndLog). */
function consoleLevel(line: string): 'information' | 'warning' | 'error' {
  if (/warn/i.test(line)) return 'warning';
  return /error|fail|severe/i.test(line) ? 'error' : 'information';
}

/** The same from the sources and from dist: the nearest folder above with a package.json. */
function projectFolder(from = __dirname): string {
  return existsSync(join(from, 'package.json')) ? from : projectFolder(dirname(from));
}

import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const MAIN = join(__dirname, '../../dist/infra/local/functions-host/main.js');

/** The message with which the host says that it is ready, and again whenever its worker or one of its processes was started anew. */
const readyMessage = z.object({
  ready: z.object({
    url: z.string(),
    functionsKey: z.string(),
    functions: z.array(z.string()),
    workerPid: z.number(),
    processes: z.array(z.object({ functionName: z.string(), pid: z.number(), workerPid: z.number() })),
  }),
});

/** What a host says when it is ready. */
export interface ReadyHost {
  readonly url: string;
  readonly functionsKey: string;
  readonly functions: readonly string[];
}

export interface HostProcessOptions {
  readonly appDirectory: string;
  /** Added to this process's environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further arguments of the command line; the port is any, unless one is given here. */
  readonly args?: readonly string[];
  /** The program that runs it as Node.js would, as one that enters a namespace before; Node.js itself unless given. */
  readonly execPath?: string | undefined;
}

/** A process's exit: code null when a signal ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Functions host in a process of its own. */
export interface HostProcess {
  /** Settles with what the host says when it is ready; rejects with its lines when it ends before. */
  readonly ready: Promise<ReadyHost>;
  readonly exited: Promise<Exit>;
  /** What it has written to standard output and standard error so far, in the order of arrival. */
  readonly lines: readonly string[];
  /** The first line, written already or to come, that the pattern matches; rejects when the host ends without it. */
  line(pattern: RegExp): Promise<string>;
  /** The process that runs the app, as it is now; it can be killed alone. */
  workerPid(): number;
  /** The process of each Service Bus function, as they are now; none unless the host was started with `--processes`. */
  processes(): readonly { readonly functionName: string; readonly pid: number; readonly workerPid: number }[];
  /**
   * Sends a signal and waits for the end; SIGTERM ends it as Azure does, within some 15 s. SIGKILL also goes to each
   * process of `processes()`: the whole app is gone.
   */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Closes the IPC channel, which asks for a graceful stop at once, and waits for it. May be called again. */
  close(): Promise<Exit>;
}

/** Starts `node dist/infra/local/functions-host/main.js`: the library patches modules, which jest's own module system does not allow. */
export function startHostProcess(options: HostProcessOptions): HostProcess {
  const { appDirectory, settings = {}, args = [], execPath = process.execPath } = options;
  if (!existsSync(MAIN)) throw new Error('The Functions host is not built: run "npm run build" first.');
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const child = fork(MAIN, ['--app', appDirectory, ...port, ...args], {
    env: { ...process.env, ...settings },
    execPath,
    execArgv: [],
    silent: true,
  });

  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of outputs) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const check of watchers) check();
    });
  }

  // The child's 'close' would tell both, but never comes once this side has disconnected.
  const exited = Promise.all([
    new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    ...outputs.map((stream) => new Promise((resolve) => stream.once('close', resolve))),
  ]).then(([exit]) => exit);
  const ended = async (waitingFor: string): Promise<never> => {
    const { code, signal } = await exited;
    throw new Error(`The host ended (${String(code ?? signal)}) before ${waitingFor}:\n${lines.join('\n')}`);
  };

  let processes: z.infer<typeof readyMessage>['ready']['processes'] = [];
  let workerPid = -1;
  const ready = new Promise<z.infer<typeof readyMessage>['ready']>((resolve, reject) => {
    child.on('message', (message) => {
      const reported = readyMessage.parse(message).ready;
      processes = reported.processes;
      workerPid = reported.workerPid;
      resolve(reported);
    });
    ended('it was ready').catch(reject);
  });
  ready.catch(() => undefined); // a test of a host that never gets ready awaits its exit instead

  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = lines.find((candidate) => pattern.test(candidate));
        if (found === undefined) return;
        watchers.delete(check);
        resolve(found);
      };
      watchers.add(check);
      check();
      ended(`it wrote ${String(pattern)}`).catch(reject);
    });

  return {
    ready,
    exited,
    lines,
    line,
    workerPid: () => workerPid,
    processes: () => processes,
    kill: (signal) => {
      if (signal === 'SIGKILL') for (const { pid } of processes) endNow(pid);
      child.kill(signal);
      return exited;
    },
    close: () => {
      if (child.connected) child.disconnect();
      return exited;
    },
  };
}

/** Starts a host and waits until it is ready. */
export async function startReadyHost(options: HostProcessOptions): Promise<HostProcess & ReadyHost> {
  const host = startHostProcess(options);
  const { url, functionsKey, functions } = await host.ready;
  return { ...host, url, functionsKey, functions };
}

/** SIGKILL to a process that may be gone already. */
function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';

/** What a process has shown so far by which it may be recognised as ready. */
export type Sign = { readonly message: unknown } | { readonly line: string };

export interface LocalProcessOptions<Ready> {
  /** Its name in `.local/stack.json`. */
  readonly id: string;
  /** What a person calls it, for messages. */
  readonly name: string;
  /** Arguments of `node`: a script and its own arguments. */
  readonly nodeArguments: readonly string[];
  /** Its working folder; this process's own unless given. */
  readonly folder?: string;
  /** Added to, or taking the place of, this process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Given every IPC message and every line written, in order; the first answer is what `ready` resolves to. */
  readonly recogniseReady: (sign: Sign) => Ready | undefined;
  /** Given every line written to stdout or stderr. */
  readonly onLine?: (line: string) => void;
}

/** A part of the local stack in a process of its own, so that each can be killed alone. */
export interface LocalProcess<Ready = unknown> {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  /** Rejects, with the process's last lines, when it ends first or is not ready within a minute. */
  readonly ready: Promise<Ready>;
  /** Resolves when it has ended, however, with words such as `exited with code 1`. */
  readonly ended: Promise<string>;
  /** What it wrote last, at most 12 lines. */
  lastLines(): string;
  /** Asks it to end, and kills it after 8 s; resolves when it is gone. May be called again. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 8_000;
const LINES_KEPT = 12;

/** Recognises the message `{ ready: {…} }` that every stand-in sends once it listens. */
export function readyMessage<Ready>(schema: z.ZodType<Ready>): (sign: Sign) => Ready | undefined {
  const envelope = z.object({ ready: schema });
  return (sign) => ('message' in sign ? envelope.safeParse(sign.message).data?.ready : undefined);
}

/**
 * Starts a Node process with an IPC channel and a process group of its own: Ctrl-C in the terminal reaches only the
 * one who started it, who then ends the parts in order. When this process dies, however, the channel closes, and that
 * is what tells the part to end.
 */
export function startLocalProcess<Ready>(options: LocalProcessOptions<Ready>): LocalProcess<Ready> {
  const child = spawn(process.execPath, [...options.nodeArguments], {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const outputs = [child.stdout, child.stderr]
    .filter((output) => output !== null)
    .map((output) => createInterface({ input: output }));
  const ended = untilEnded(child, outputs);
  const lines: string[] = [];
  const ready = untilReady(child, outputs, options, lines, ended);
  ready.catch(() => undefined); // an error reaches the caller that awaits it; a stack that is being stopped does not await it

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    id: options.id,
    name: options.name,
    pid: child.pid ?? -1,
    ready,
    ended,
    lastLines: () => lines.map((line) => `  ${line}`).join('\n'),
    kill,
    stop: async () => {
      const timer = setTimeout(() => void kill(), STOP_WITHIN_MS);
      // Closing the channel asks on every platform, and unlike a signal cannot hit a process that is half started.
      if (child.connected) child.disconnect();
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Not by the event `close`, which never comes when it is this side that closes the IPC channel. */
async function untilEnded(child: ChildProcess, outputs: readonly Interface[]): Promise<string> {
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`),
    );
  });
  const read = outputs.map((output) => new Promise((resolve) => output.once('close', resolve)));
  const [how] = await Promise.all([exit, ...read]);
  return how;
}

function untilReady<Ready>(
  child: ChildProcess,
  outputs: readonly Interface[],
  options: LocalProcessOptions<Ready>,
  lines: string[],
  ended: Promise<string>,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (how: string): void =>
      reject(new Error([`${options.name} ${how}.`, ...lines.map((line) => `  ${line}`)].join('\n')));
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    const check = (sign: Sign): void => {
      const facts = options.recogniseReady(sign);
      if (facts === undefined) return;
      clearTimeout(timer);
      resolve(facts);
    };
    child.on('message', (message) => check({ message }));
    for (const output of outputs) {
      output.on('line', (line) => {
        if (lines.push(line) > LINES_KEPT) lines.shift();
        options.onLine?.(line);
        check({ line });
      });
    }
    void ended.then((how) => {
      clearTimeout(timer);
      fail(`${how} before it was ready`);
    });
  });
}

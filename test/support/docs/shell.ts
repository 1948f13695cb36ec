import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A shell as a reader of the documents has one: what one command sets, the next ones know. */
export interface Shell {
  /** Runs a command to its end; the lines that it wrote, to either output. */
  run(command: string): Promise<readonly string[]>;
  /** Starts a command that goes on. */
  start(command: string): RunningCommand;
  close(): Promise<void>;
}

export interface RunningCommand {
  readonly lines: readonly string[];
  /** Resolves when `isEnough` holds of the lines; rejects with them when it ends before. */
  until(isEnough: (lines: readonly string[]) => boolean): Promise<void>;
  /** Ends it as Ctrl-C does; resolves when it has ended. */
  stop(): Promise<void>;
}

const END = '__the command has ended__';

/** Opens a shell in `folder`. */
export function openShell(folder: string): Shell {
  const bash = spawn('bash', [], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => bash.once('close', () => resolve()));
  let lines: string[] = [];
  let onEnd: ((lines: readonly string[]) => void) | undefined;
  createInterface({ input: bash.stdout }).on('line', (line) => {
    if (line !== END) lines.push(line);
    else {
      onEnd?.(lines);
      lines = [];
    }
  });
  const run = (command: string): Promise<readonly string[]> =>
    new Promise((resolve) => {
      onEnd = resolve;
      // What a command writes need not end with a line break.
      bash.stdin.write(`{ ${command}\n} 2>&1 </dev/null\nprintf '\\n%s\\n' '${END}'\n`);
    });
  return {
    run,
    start: (command) => startInGroup(folder, command),
    close: () => {
      bash.stdin.end();
      return ended;
    },
  };
}

/** In a process group of its own, which a terminal would send SIGINT as a whole. */
function startInGroup(folder: string, command: string): RunningCommand {
  const child = spawn('bash', ['-c', `{ ${command}\n} 2>&1`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const check of waiting) check();
  });
  return {
    lines,
    until: (isEnough) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (isEnough(lines) && waiting.delete(check)) resolve();
        };
        waiting.add(check);
        check();
        void ended.then(() => reject(new Error(`${command} ended after\n${lines.join('\n')}`)));
      }),
    stop: async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
      await ended;
    },
  };
}

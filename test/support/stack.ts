import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readyMessage, startLocalProcess, type LocalProcess } from '../../infra/local/start/localProcess';
import { standInScript, toolScript } from '../../infra/local/start/projectFolder';
import { stackFactsSchema, type StackFacts } from '../../infra/local/start/stackFile';

/** A command line of the local stack in a process of its own, and all that it has written. */
export interface CommandRun extends LocalProcess<StackFacts> {
  readonly lines: readonly string[];
  /** Resolves with the first line, written already or still to come, that fits. Rejects when the process ends without. */
  line(pattern: RegExp): Promise<string>;
}

export interface StackFolder {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** A folder of its own, as a clone of the project is one; `remove` takes it away. */
export async function createStackFolder(): Promise<StackFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ucwa-relay-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Ports that the system chooses. */
export const anyPorts = ['functions', 'ucwa', 'bus', 'storage', 'receiver'].flatMap((part) => [`--${part}-port`, '0']);

/** Runs `npm start` or a tool of `infra/cli/`, as compiled by `npm run build`. Only a started stack is ever `ready`. */
export function runCommand(
  name: 'start' | 'ring' | 'health' | 'consume' | 'listen',
  folder: string,
  ...commandArguments: string[]
): CommandRun {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const run = startLocalProcess({
    id: name,
    name: `npm run ${name}`,
    nodeArguments: [name === 'start' ? standInScript(name) : toolScript(name), ...commandArguments],
    folder,
    recogniseReady: readyMessage(stackFactsSchema),
    onLine: (line) => {
      lines.push(line);
      for (const check of waiting) check();
    },
  });
  return {
    ...run,
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
        void run.ended.then((how) =>
          reject(new Error(`${how} without a line like ${String(pattern)}:\n${lines.join('\n')}`)),
        );
      }),
  };
}

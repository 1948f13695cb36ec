import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../shared/clock';

export interface RebuildOptions {
  /** The folder with `functions/`, `shared/` and `infra/build.mjs`. */
  readonly projectFolder: string;
  readonly clock: Clock;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Called after each successful build; the next build waits for it. */
  readonly onBuilt: () => Promise<void>;
  /** Called with what the build wrote when it failed, and with the reason when a folder can no longer be watched. */
  readonly onProblem: (text: string) => void;
}

/** An editor that saves several files at once, or one file in several steps, causes one build. */
const SETTLE_MS = 100;

/** Builds the app again when a source of the app changes, one build at a time, until `signal` is aborted. */
export function rebuildOnChange({ projectFolder, clock, signal, onBuilt, onProblem }: RebuildOptions): void {
  let changed = false;
  let building = false;
  const isOver = (): boolean => signal.aborted;
  const build = async (): Promise<void> => {
    building = true;
    while (changed && !isOver()) {
      await clock.sleep(SETTLE_MS, signal);
      changed = false;
      const problem = await runBuild(projectFolder);
      if (problem !== undefined) onProblem(problem);
      else if (!isOver()) await onBuilt();
    }
    building = false;
  };
  for (const folder of ['functions', 'shared']) {
    const watcher = watch(path.join(projectFolder, folder), { recursive: true, signal }, (_, file) => {
      if (file?.endsWith('.ts') !== true) return;
      changed = true;
      if (!building) void build();
    });
    watcher.on('error', (error) => onProblem(`${folder}/ is no longer watched: ${error.message}`));
  }
}

/** Resolves with what the build wrote when it failed. */
function runBuild(projectFolder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const build = spawn(process.execPath, [path.join('infra', 'build.mjs')], {
      cwd: projectFolder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    build.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    build.on('error', (error) => resolve(error.message));
    build.on('close', (code) => resolve(code === 0 ? undefined : output.trim() || `exited with code ${String(code)}`));
  });
}

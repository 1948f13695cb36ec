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

/** Builds what has changed of the app's sources, one build at a time, until `signal` is aborted. */
export function rebuildOnChange({ projectFolder, clock, signal, onBuilt, onProblem }: RebuildOptions): void {
  /** Sources that were saved and are not in dist yet. */
  const unbuilt = new Set<string>();
  let [changed, building] = [false, false];
  const isOver = (): boolean => signal.aborted;
  const build = async (): Promise<void> => {
    building = true;
    while (changed && !isOver()) {
      await clock.sleep(SETTLE_MS, signal);
      changed = false;
      const files = [...unbuilt];
      unbuilt.clear();
      const problem = await runBuild(projectFolder, files);
      if (problem !== undefined) {
        for (const file of files) unbuilt.add(file);
        onProblem(problem);
      } else if (!isOver()) await onBuilt();
    }
    building = false;
  };
  for (const folder of ['functions', 'shared']) {
    const watcher = watch(path.join(projectFolder, folder), { recursive: true, signal }, (_, file) => {
      if (file?.endsWith('.ts') !== true) return;
      unbuilt.add(path.join(folder, file));
      changed = true;
      if (!building) void build();
    });
    watcher.on('error', (error) => onProblem(`${folder}/ is no longer watched: ${error.message}`));
  }
}

/** Resolves with what the build wrote when it failed. A file that is gone has everything built. */
function runBuild(projectFolder: string, files: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const build = spawn(process.execPath, [path.join('infra', 'build.mjs'), ...files], {
      cwd: projectFolder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    build.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    build.on('error', (error) => resolve(error.message));
    build.on('close', (code) => resolve(code === 0 ? undefined : output.trim() || `exited with code ${String(code)}`));
  });
}

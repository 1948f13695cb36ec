import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const project = join(__dirname, '../..');

/** A consumer of the documentation in a process of its own, and what it has written. */
export interface ConsumerProcess {
  readonly lines: readonly string[];
  /** Resolves when a line that fits has been written; rejects when the process ends without one. */
  line(pattern: RegExp): Promise<void>;
  /** Ends it as Ctrl+C does; its exit code. */
  stop(): Promise<number | null>;
}

/** The first code block of that language in a Markdown file. */
export function codeBlock(path: string, language: string): string {
  const [, block] =
    new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(readFileSync(join(project, path), 'utf8')) ?? [];
  if (block === undefined) throw new Error(`${path} has no block of ${language}.`);
  return block;
}

/** A TypeScript program as JavaScript that Node runs with CommonJS. */
export function toJavaScript(source: string): string {
  return transpileModule(source, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } })
    .outputText;
}

/** Runs a TypeScript program as a reader would who has pasted it into this project. */
export function startConsumer(source: string, environment: Readonly<Record<string, string>>): ConsumerProcess {
  return startProgram(['-e', toJavaScript(source)], environment);
}

/** Runs Node.js with these arguments. */
export function startProgram(args: readonly string[], environment: Readonly<Record<string, string>>): ConsumerProcess {
  return startCommand(process.execPath, args, environment);
}

/** Runs any command in the project's folder. */
export function startCommand(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ConsumerProcess {
  const child = spawn(command, args, { cwd: project, env: { ...process.env, NODE_OPTIONS: '', ...environment } });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const check of watchers) check();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!lines.some((line) => pattern.test(line))) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
        void exited.then(() =>
          reject(new Error(`The consumer ended before it wrote ${String(pattern)}:\n${lines.join('\n')}`)),
        );
      }),
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}

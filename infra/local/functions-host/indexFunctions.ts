import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { DescribedFunction } from './app/describeFunction';

const describedFunction = z.object({
  name: z.string(),
  type: z.string(),
  route: z.string().optional(),
  trigger: z.record(z.string(), z.unknown()),
});

const indexMessage = z.union([z.object({ functions: z.array(describedFunction) }), z.object({ problem: z.string() })]);

/**
 * The functions that a compiled app registers, in their order, without starting any of them: what the host would index.
 * `settings` are added to the environment. The app is loaded in a process of its own, which also makes this usable
 * where modules are loaded in a special way, as in jest; it needs this project to be built.
 *
 * @throws Error with the host's words when the app has no functions or an entry throws.
 */
export async function indexFunctions(
  appDirectory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<DescribedFunction[]> {
  const script = join(projectFolder(), 'dist/infra/local/functions-host/indexProcess.js');
  const child = fork(script, [resolve(appDirectory)], {
    env: { ...process.env, ...settings },
    execArgv: [],
    silent: true,
  });
  const message = await new Promise<unknown>((settle, reject) => {
    child.once('message', settle);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(
        new Error(`Indexing ${appDirectory} ended with code ${String(code)} and no answer. Is the project built?`),
      ),
    );
  });
  const answer = indexMessage.parse(message);
  if ('problem' in answer) throw new Error(answer.problem);
  return answer.functions.map(({ route, ...described }) => ({
    ...described,
    ...(route === undefined ? {} : { route }),
  }));
}

/** The same from the sources and from dist: the nearest folder above with a package.json. */
function projectFolder(from = __dirname): string {
  return existsSync(join(from, 'package.json')) ? from : projectFolder(dirname(from));
}

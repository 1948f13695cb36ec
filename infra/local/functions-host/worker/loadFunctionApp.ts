import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { errorLine } from '../hostLog';
import { findEntryFiles } from './entryFiles';
import { createFunctionApp, type FunctionApp } from './functionApp';
import { installCoreModule } from './installCoreModule';
import type { AppLogLine } from './protocol';

/** Why an app has no functions to offer. `message` names the file at fault and what it threw, on one line; `cause` is the error itself. */
export class FunctionAppLoadError extends Error {
  override readonly name = 'FunctionAppLoadError';
}

const packageJson = z.object({ main: z.string().min(1) });

/**
 * Loads every file that `main` of the app's package.json matches, in the order of their names, then runs the
 * `appStart` hooks. An entry that throws blocks the whole app, as it does in the worker.
 *
 * @throws FunctionAppLoadError when package.json has no `main`, nothing matches it, or an entry or a hook throws.
 */
export async function loadFunctionApp(appDirectory: string, log: (line: AppLogLine) => void): Promise<FunctionApp> {
  const main = readMain(appDirectory);
  const files = findEntryFiles(appDirectory, main);
  if (files.length === 0) {
    throw new FunctionAppLoadError(
      `No functions: no file in ${appDirectory} matches "${main}", the main of package.json. Is the app built?`,
    );
  }

  const app = createFunctionApp(log);
  installCoreModule(app.core);
  const requireEntry = createRequire(join(appDirectory, 'package.json'));
  for (const file of files) {
    try {
      requireEntry(`./${file}`);
    } catch (cause) {
      throw new FunctionAppLoadError(`No functions: entry file ${file} throws: ${errorLine(cause)}`, { cause });
    }
  }

  try {
    await app.runHooks('appStart', {
      hookData: app.hookData,
      appHookData: app.hookData,
      functionAppDirectory: appDirectory,
    });
  } catch (cause) {
    throw new FunctionAppLoadError(`No functions: an appStart hook throws: ${errorLine(cause)}`, { cause });
  }
  if (app.functions.length === 0) {
    throw new FunctionAppLoadError(`No functions: ${files.join(', ')} registered none.`);
  }
  await lock(app);
  return app;
}

/** Ends the app's start: from now on nothing registers, and `app.setup` is locked. */
async function lock(app: FunctionApp): Promise<void> {
  app.lock();
  const capabilities = await app.programmingModel()?.getCapabilities({});
  if (capabilities?.HttpUri !== undefined)
    throw new FunctionAppLoadError('No functions: app.setup asks for HTTP streaming, which this host does not have.');
}

function readMain(appDirectory: string): string {
  const path = join(appDirectory, 'package.json');
  try {
    return packageJson.parse(JSON.parse(readFileSync(path, 'utf8'))).main;
  } catch (cause) {
    throw new FunctionAppLoadError(`No functions: ${path} does not name the entry files as "main".`, { cause });
  }
}

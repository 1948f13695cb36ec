/**
 * The worker: loads the app that its argument names and runs its invocations for the host that forked it. It ends when
 * the host is gone, and by itself catches no signal: what SIGTERM does is the app's business.
 */
import { errorLine } from '../hostLog';
import type { FunctionApp } from './functionApp';
import { FunctionAppLoadError, loadFunctionApp } from './loadFunctionApp';
import type { AppLogLine, FromWorker, ToWorker } from './protocol';
import { runInvocation } from './runInvocation';

/** A host that is gone hears nothing. */
const send = (message: FromWorker): void => void process.send?.(message, undefined, undefined, () => undefined);
const log = (line: AppLogLine): void => send({ kind: 'log', line });

async function load(appDirectory: string): Promise<FunctionApp | undefined> {
  try {
    const app = await loadFunctionApp(appDirectory, log);
    send({ kind: 'loaded', functions: app.functions.map(({ metadata }) => metadata) });
    return app;
  } catch (error) {
    // The message names the file; where in it, only the stack of what it threw says.
    if (error instanceof FunctionAppLoadError && error.cause instanceof Error) console.error(error.cause.stack);
    send({ kind: 'loaded', functions: [], problem: errorLine(error) });
    return undefined;
  }
}

async function invoke(
  app: FunctionApp | undefined,
  { functionName, invocationId, input }: Extract<ToWorker, { kind: 'invoke' }>,
): Promise<void> {
  try {
    const registered = app?.functions.find(({ metadata: { name } }) => name === functionName);
    if (app === undefined || registered === undefined) throw new Error(`There is no function "${functionName}".`);
    send({ kind: 'completed', invocationId, response: await runInvocation(app, registered, invocationId, input) });
  } catch (error) {
    send({ kind: 'failed', invocationId, message: errorLine(error) });
  }
}

async function terminate(app: FunctionApp | undefined): Promise<void> {
  try {
    await app?.runHooks('appTerminate', { hookData: app.hookData, appHookData: app.hookData });
  } catch (error) {
    log({ level: 'error', category: 'user', message: `An appTerminate hook failed: ${errorLine(error)}` });
  }
  // What was written before must reach the host.
  process.send?.({ kind: 'log', line: { level: 'none', category: 'system', message: '' } } satisfies FromWorker, () =>
    process.exit(0),
  );
}

process.on('disconnect', () => process.exit(1));
const loading = load(process.argv[2] ?? process.cwd());
process.on('message', (message: ToWorker) => {
  void loading.then((app) => (message.kind === 'invoke' ? invoke(app, message) : terminate(app)));
});

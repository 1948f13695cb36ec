import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { systemClock, type Clock } from '../../../shared/clock';
import { describeFunction, type DescribedFunction } from './app/describeFunction';
import type { RegisteredFunction } from './app/functionApp';
import { enabledFunctions } from './app/enabledFunctions';
import { createInvokeFunction } from './app/invokeFunction';
import { loadFunctionApp } from './app/loadFunctionApp';
import { createRunningInvocations, type FunctionTimeoutError } from './app/runningInvocations';
import { startLibrary } from './app/startLibrary';
import { warnOfDifferences } from './app/warnOfDifferences';
import { createConsoleLog, errorLine, type HostLog } from './hostLog';
import { createHttpHandler } from './http/createHttpHandler';
import { toHttpFunctions } from './http/httpFunction';
import { listen } from './http/listen';
import { DEFAULT_MAX_BODY_BYTES } from './http/readBody';
import { applyAppSettings } from './settings/appSettings';
import { readHostJson } from './settings/hostJson';
import { startTriggers } from './startTriggers';
import { stopInTime } from './stopInTime';

export interface FunctionsHostOptions {
  /** Where package.json and host.json are. */
  readonly appDirectory: string;
  /** Of 127.0.0.1; the next free one is taken when it is in use. Default 0: any. */
  readonly port?: number;
  /** App settings, over the environment and local.settings.json. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Opens every function and the admin routes. Default: a random one. */
  readonly functionsKey?: string;
  /** The functions that run in this process; the others are known and have no trigger. Default: all. */
  readonly runs?: (described: DescribedFunction) => boolean;
  /** Invoke every timer once as soon as it is started. Default false, as in Azure. */
  readonly runTimersOnStart?: boolean;
  /** Default: the console. */
  readonly log?: HostLog;
  readonly clock?: Clock;
  /** What to do when an invocation exceeds functionTimeout. Default: end the process with code 1, as Azure restarts its worker. */
  readonly onTimeout?: (error: FunctionTimeoutError) => void;
}

export interface FunctionsHost {
  /** Without a slash at its end. */
  readonly url: string;
  readonly functionsKey: string;
  /** In the order of their registration. */
  readonly functions: readonly DescribedFunction[];
  /**
   * Ends gracefully: stops listening and receiving, runs the appTerminate hooks (at most 10 s), waits for what is
   * running (at most 10 s), closes every connection. Never rejects; a second call waits for the first.
   */
  close(): Promise<void>;
}

const LISTENERS_LIMIT_MS = 5_000;
const TERMINATE_LIMIT_MS = 10_000;
const RUNNING_LIMIT_MS = 10_000;

/**
 * Runs a compiled app of the Azure Functions v4 programming model in this process. The app is loaded unmodified; its
 * settings become this process's environment. One app per process.
 *
 * @throws FunctionAppLoadError when the app has no functions to offer; Error when host.json or local.settings.json is wrong or no port is free.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { log = createConsoleLog({ quiet: false }), clock = systemClock } = options;
  const appDirectory = resolve(options.appDirectory);
  applyAppSettings(process.env, appDirectory, options.settings ?? {});
  const hostOptions = readHostJson(appDirectory);

  const app = await loadFunctionApp(appDirectory, log);
  const running = createRunningInvocations({
    clock,
    timeoutMs: hostOptions.functionTimeoutMs,
    onTimeout: (error) => {
      log({ level: 'error', message: errorLine(error) });
      (options.onTimeout ?? (() => process.exit(1)))(error);
    },
  });
  const invoke = createInvokeFunction(app, running, log);
  const streamServer = await startLibrary(app);
  const describe = ({ metadata }: RegisteredFunction): DescribedFunction =>
    describeFunction(metadata, hostOptions.routePrefix);
  const functions = app.functions.map(describe);
  const { runs = () => true } = options;
  const enabled = enabledFunctions(app.functions, process.env, log).filter((registered) => runs(describe(registered)));
  warnOfDifferences(app.functions, log);

  const functionsKey = options.functionsKey ?? randomBytes(24).toString('base64url');
  const httpFunctions = toHttpFunctions(enabled, hostOptions.routePrefix, log);
  const maxBodyBytes = Number(process.env.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? DEFAULT_MAX_BODY_BYTES);
  const server = createServer();
  const wanted = options.port ?? 0;
  const port = await listen(server, wanted);
  if (wanted !== 0 && port !== wanted) log({ level: 'warning', message: `Port ${wanted} is taken; using ${port}.` });

  const triggers = startTriggers(enabled, {
    settings: process.env,
    serviceBus: hostOptions.serviceBus,
    runTimersAtOnce: options.runTimersOnStart ?? false,
    invoke,
    log,
    clock,
  });
  const admin = { functions, timers: triggers.timers };
  // Still in the tick in which it began to listen: no request has come yet.
  server.on(
    'request',
    createHttpHandler({ httpFunctions, admin, functionsKey, maxBodyBytes, streamServer, invoke, log }),
  );

  const stop = async (): Promise<void> => {
    server.close();
    const step = (what: string, limitMs: number, work: () => Promise<unknown>): Promise<void> =>
      stopInTime(what, limitMs, work, { clock, log });
    await step('Stopping the triggers', LISTENERS_LIMIT_MS, () => triggers.stop());
    await step('The appTerminate hooks', TERMINATE_LIMIT_MS, () =>
      app.runHooks('appTerminate', { hookData: app.hookData, appHookData: app.hookData }),
    );
    await step(`Waiting for ${running.names().join(', ')}`, RUNNING_LIMIT_MS, () => running.idle());
    await step('Closing the connections', LISTENERS_LIMIT_MS, () => triggers.close());
    streamServer?.close();
    server.closeAllConnections();
  };
  let stopped: Promise<void> | undefined;
  return { url: `http://127.0.0.1:${port}`, functionsKey, functions, close: () => (stopped ??= stop()) };
}

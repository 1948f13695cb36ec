import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import { systemClock, type Clock } from '../../../shared/clock';
import { describeFunction, type DescribedFunction } from './app/describeFunction';
import type { IndexedFunction } from './app/trigger';
import { enabledFunctions } from './app/enabledFunctions';
import { createInvokeFunction } from './app/invokeFunction';
import { createRunningInvocations, type RunningInvocations } from './app/runningInvocations';
import { startWorkerProcess, type WorkerEnd, type WorkerProcess } from './app/workerProcess';
import { createAppLog } from './app/createAppLog';
import { createDrain } from './drain';
import { createIsLogged } from './settings/isLogged';
import { timerOptions } from './timers/timerOptions';
import { warnOfDifferences } from './app/warnOfDifferences';
import { createConsoleLog, errorLine, type HostLog } from './hostLog';
import type { Forward } from './http/forward';
import { createHttpHandler } from './http/createHttpHandler';
import { toHttpFunctions, type HttpFunction } from './http/httpFunction';
import { listen } from './http/listen';
import { DEFAULT_MAX_BODY_BYTES } from './http/readBody';
import { applyAppSettings } from './settings/appSettings';
import { readHostJson, type HostOptions } from './settings/hostJson';
import { startTriggers, type StartedTriggers } from './startTriggers';
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
  /** How the worker is ended. Default: by the `appTerminate` hooks, as Microsoft's host does. */
  readonly workerEnd?: WorkerEnd;
  /** Where the worker's inspector listens, on 127.0.0.1; none unless given. */
  readonly inspectorPort?: number | undefined;
  /** A path that another server on this machine answers; none unless given. */
  readonly forward?: Forward | undefined;
  /** Default: the console. */
  readonly log?: HostLog;
  readonly clock?: Clock;
  /** Called with the process id of each worker that follows one that ended. */
  readonly onWorkerRestarted?: (pid: number) => void;
}

export interface FunctionsHost {
  /** Without a slash at its end. */
  readonly url: string;
  readonly functionsKey: string;
  /** In the order of their registration; none where the app could not be loaded. */
  readonly functions: readonly DescribedFunction[];
  /** The process that runs the app; it can be killed alone. */
  workerPid(): number;
  /**
   * Ends the host and its worker. Never rejects; a second call waits for the first.
   *
   * `asAzure`: no new request; messages and timers go on while the host waits 10 s for what runs; then the worker is told to
   * end and has 5 s, and a timer that is due after that fails for want of a worker. `atOnce`, for a person who waits: no new
   * request, message or timer; the worker is told to end when messages and requests other than GET are done, but does not wait for timers.
   */
  close(how: 'asAzure' | 'atOnce'): Promise<void>;
}

const LISTENERS_LIMIT_MS = 5_000;
/** Measured with Microsoft's host. */
const RUNNING_LIMIT_MS = 10_000;

/**
 * Runs a compiled app of the Azure Functions v4 programming model in a worker process. The app is loaded unmodified; its
 * settings become this process's environment, and the worker's. An app that cannot be loaded is an error in the log, and the
 * host runs on without functions.
 *
 * @throws Error when host.json or local.settings.json is wrong or no port is free.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { log = createConsoleLog({ quiet: false }), clock = systemClock } = options;
  const appDirectory = resolve(options.appDirectory);
  applyAppSettings(process.env, appDirectory, options.settings ?? {});
  const hostOptions = readHostJson(appDirectory);
  const { worker, running, invoke, functions, enabled } = await loadApp(options, hostOptions, log, clock);

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
    timers: timerOptions(appDirectory, hostOptions, { clock, log }),
    invoke,
    log,
    clock,
  });
  const admin = { functions, timers: triggers.timers, drain: createDrain(triggers, running) };
  // Still in the tick in which it began to listen: no request has come yet.
  server.on(
    'request',
    createHttpHandler({ httpFunctions, admin, functionsKey, maxBodyBytes, invoke, forward: options.forward }),
  );

  const { workerEnd = 'hook' } = options;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    functionsKey,
    functions,
    workerPid: () => worker.pid(),
    close: (how) =>
      (stopped ??= stopHost(how, { server, triggers, httpFunctions, running, worker, workerEnd, log, clock })),
  };
}

/** Starts the worker, which loads the app, and says what of it is run. */
async function loadApp(
  { runs = () => true, inspectorPort, onWorkerRestarted = () => undefined, ...options }: FunctionsHostOptions,
  hostOptions: HostOptions,
  log: HostLog,
  clock: Clock,
) {
  const worker = await startWorkerProcess({
    appDirectory: resolve(options.appDirectory),
    inspectorPort,
    clock,
    ...createAppLog(log, createIsLogged(hostOptions.logLevels, process.env)),
    onRestarted: onWorkerRestarted,
  });
  const running = createRunningInvocations({
    clock,
    timeoutMs: hostOptions.functionTimeoutMs,
    onTimeout: (error) => {
      log({ level: 'error', message: errorLine(error) });
      worker.restart();
    },
  });
  const describe = ({ metadata }: IndexedFunction): DescribedFunction =>
    describeFunction(metadata, hostOptions.routePrefix);
  const enabled = enabledFunctions(worker.functions, process.env, log).filter((indexed) => runs(describe(indexed)));
  warnOfDifferences(worker.functions, log);
  return {
    worker,
    running,
    invoke: createInvokeFunction(worker, running, log),
    functions: worker.functions.map(describe),
    enabled,
  };
}

interface RunningHost {
  readonly server: Server;
  readonly triggers: StartedTriggers;
  readonly httpFunctions: readonly HttpFunction[];
  readonly running: RunningInvocations;
  readonly worker: WorkerProcess;
  readonly workerEnd: WorkerEnd;
  readonly log: HostLog;
  readonly clock: Clock;
}

const isReading = ({ methods }: HttpFunction): boolean => methods.every((method) => method === 'GET');

async function stopHost(
  how: 'asAzure' | 'atOnce',
  { server, triggers, httpFunctions, running, worker, workerEnd, log, clock }: RunningHost,
): Promise<void> {
  const step = (what: string, limitMs: number, work: () => Promise<unknown>): Promise<void> =>
    stopInTime(what, limitMs, work, { clock, log });
  server.close();
  if (how === 'atOnce') await step('Stopping the triggers', LISTENERS_LIMIT_MS, () => triggers.stop());
  // What only reads may be held for long, and is answered when the worker is told to end.
  const onlyReads = new Set(httpFunctions.filter(isReading).map(({ registered }) => registered.metadata.name));
  const matters = (name: string): boolean =>
    how === 'asAzure' || (!triggers.timers.has(name.toLowerCase()) && !onlyReads.has(name));
  await step(`Waiting for ${running.names().join(', ')}`, RUNNING_LIMIT_MS, () => running.idle(matters));
  if (how === 'asAzure') await step('Stopping the receivers', LISTENERS_LIMIT_MS, () => triggers.stopMessages());
  await worker.end(workerEnd);
  await triggers.stop();
  await step('Closing the connections', LISTENERS_LIMIT_MS, () => triggers.close());
  server.closeAllConnections();
}

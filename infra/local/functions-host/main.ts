/** The host's command line: `npm run host -- --help`. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../../shared/clock';
import type { DescribedFunction } from './app/describeFunction';
import { startFunctionProcesses, type FunctionProcess } from './functionProcesses';
import { createConsoleLog, errorLine, type HostLog } from './hostLog';
import { listFunctions } from './listFunctions';
import { parseForward } from './http/forward';
import { startFunctionsHost, type FunctionsHost } from './startFunctionsHost';

const HELP = `Runs a compiled Azure Functions app (Node.js, programming model v4) on this machine.

  --app DIR               the app: where package.json and host.json are (default: the current folder)
  --port N                port on 127.0.0.1 (default 7071; the next free one when it is taken; 0: any)
  --key KEY               the key that opens every function (default: FUNCTIONS_HOST_KEY of the environment, which unlike an
                          argument only this user can read; else a random one, printed)
  --functions NAMES       run only these functions, names separated by commas
  --processes             run each Service Bus function in a process of its own, as Flex Consumption does; HTTP functions
                          and timers run in this one
  --end-by-signal         at the end, send SIGTERM to the app's process instead of running its appTerminate hooks
  --run-timers-on-start   run every timer once at once, instead of waiting for its schedule
  --inspect PORT          open the inspector of the app's process at that port of 127.0.0.1; with --processes, of the process
                          that runs HTTP functions and timers
  --forward PATH=URL      pass POST requests of JSON under that path on to another server of this machine
  --quiet                 print only what functions log, warnings and errors
  --help                  this text`;

type CommandLine = ReturnType<typeof parse>;

function readCommandLine(): CommandLine {
  try {
    return parse();
  } catch (error) {
    console.error(`${errorLine(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

function parse() {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: process.cwd() },
      port: { type: 'string', default: '7071' },
      key: { type: 'string', default: takeKey() },
      functions: { type: 'string' },
      processes: { type: 'boolean', default: false },
      'end-by-signal': { type: 'boolean', default: false },
      'run-timers-on-start': { type: 'boolean', default: false },
      inspect: { type: 'string' },
      forward: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = toPort('--port', values.port);
  const inspectorPort = values.inspect === undefined ? undefined : toPort('--inspect', values.inspect);
  if (values.functions !== undefined && values.processes)
    throw new Error('--functions and --processes cannot be combined.');
  if (values.key === '') throw new Error('--key: an empty key opens nothing.');
  const forward = values.forward === undefined ? undefined : parseForward(values.forward);
  return { ...values, port, inspectorPort, forward };
}

/** The key in the environment, which the app is not to have. */
function takeKey(): string | undefined {
  const key = process.env.FUNCTIONS_HOST_KEY;
  delete process.env.FUNCTIONS_HOST_KEY;
  return key;
}

function toPort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`${option}: "${text}" is not a port.`);
  return port;
}

type Close = (how: 'asAzure' | 'atOnce') => Promise<unknown>;

/** SIGTERM ends the host as in Azure, Ctrl-C and the end of the parent do so at once; a second signal does not wait. */
function stopOnSignals(close: Close, log: HostLog): void {
  let stopping = false;
  const stop = (how: Parameters<Close>[0]): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log({ level: 'information', message: 'Stopping.' });
    void close(how).then(() => process.exit(0));
  };
  process.on('SIGINT', () => stop('atOnce'));
  process.on('SIGTERM', () => stop('asAzure'));
  process.on('disconnect', () => stop('atOnce'));
}

const isServiceBus = ({ type }: DescribedFunction): boolean => type === 'serviceBusTrigger';

/** Which functions run in this process: undefined for all. */
function functionsToRun({
  functions,
  processes,
}: CommandLine): ((described: DescribedFunction) => boolean) | undefined {
  if (processes) return (described) => !isServiceBus(described);
  if (functions === undefined) return undefined;
  const names = functions.toLowerCase().split(',');
  return ({ name }) => names.includes(name.toLowerCase());
}

function sendReady(host: FunctionsHost, processes: readonly FunctionProcess[]): void {
  const { url, functionsKey, functions } = host;
  const names = functions.map(({ name }) => name);
  process.send?.({ ready: { url, functionsKey, functions: names, workerPid: host.workerPid(), processes } });
}

async function main(): Promise<void> {
  const commandLine = readCommandLine();
  const { app, port, inspectorPort, forward, key, quiet, help, 'run-timers-on-start': runTimersOnStart } = commandLine;
  if (help) {
    console.log(HELP);
    return;
  }
  const log = createConsoleLog({ quiet });
  const runs = functionsToRun(commandLine);
  let [isReady, running]: [boolean, readonly FunctionProcess[]] = [false, []];
  const reportAgain = (): void => {
    if (isReady) sendReady(host, running);
  };
  const host = await startFunctionsHost({
    appDirectory: app,
    port,
    log,
    runTimersOnStart,
    workerEnd: commandLine['end-by-signal'] ? 'signal' : 'hook',
    onWorkerRestarted: reportAgain,
    inspectorPort,
    forward,
    ...(runs === undefined ? {} : { runs }),
    ...(key === undefined ? {} : { functionsKey: key }),
  });
  const processes = await startFunctionProcesses({
    script: __filename,
    args: ['--app', app, '--quiet', ...(commandLine['end-by-signal'] ? ['--end-by-signal'] : [])],
    functionNames: commandLine.processes ? host.functions.filter(isServiceBus).map(({ name }) => name) : [],
    clock: systemClock,
    log,
    onChange: (now) => {
      running = now;
      reportAgain();
    },
  });
  stopOnSignals((how) => Promise.all([host.close(how), processes.close(how)]), log);
  // A process of `--processes` is one of several: the list is the first one's.
  if (commandLine.functions === undefined)
    for (const line of listFunctions(host, key === undefined)) log({ level: 'information', message: line });
  isReady = true;
  sendReady(host, running);
}

main().catch((error: unknown) => {
  console.error(`error: ${errorLine(error)}`);
  process.exit(1);
});

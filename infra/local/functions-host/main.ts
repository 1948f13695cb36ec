/** The host's command line: `npm run host -- --help`. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../../shared/clock';
import type { DescribedFunction } from './app/describeFunction';
import { FunctionAppLoadError } from './app/loadFunctionApp';
import { startFunctionProcesses, type FunctionProcess } from './functionProcesses';
import { createConsoleLog, errorLine, type HostLog } from './hostLog';
import { listFunctions } from './listFunctions';
import { startFunctionsHost, type FunctionsHost } from './startFunctionsHost';

const HELP = `Runs a compiled Azure Functions app (Node.js, programming model v4) on this machine.

  --app DIR               the app: where package.json and host.json are (default: the current folder)
  --port N                port on 127.0.0.1 (default 7071; the next free one when it is taken; 0: any)
  --key KEY               the key that opens every function (default: a random one, printed)
  --functions NAMES       run only these functions, names separated by commas
  --processes             run each Service Bus function in a process of its own, as Flex Consumption does; HTTP functions
                          and timers run in this one
  --run-timers-on-start   run every timer once at once, instead of waiting for its schedule
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
      key: { type: 'string' },
      functions: { type: 'string' },
      processes: { type: 'boolean', default: false },
      'run-timers-on-start': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port: "${values.port}" is not a port.`);
  if (values.functions !== undefined && values.processes)
    throw new Error('--functions and --processes cannot be combined.');
  if (values.key === '') throw new Error('--key: an empty key opens nothing.');
  return { ...values, port };
}

/** Ctrl-C, a polite kill and the end of the parent all stop the host; a second Ctrl-C does not wait. */
function stopOnSignals(close: () => Promise<unknown>, log: HostLog): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log({ level: 'information', message: 'Stopping.' });
    void close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
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
  process.send?.({ ready: { url, functionsKey, functions: functions.map(({ name }) => name), processes } });
}

async function main(): Promise<void> {
  const commandLine = readCommandLine();
  const { app, port, key, quiet, help, 'run-timers-on-start': runTimersOnStart } = commandLine;
  if (help) {
    console.log(HELP);
    return;
  }
  const log = createConsoleLog({ quiet });
  const runs = functionsToRun(commandLine);
  const host = await startFunctionsHost({
    appDirectory: app,
    port,
    log,
    runTimersOnStart,
    ...(runs === undefined ? {} : { runs }),
    ...(key === undefined ? {} : { functionsKey: key }),
  });
  const processes = await startFunctionProcesses({
    script: __filename,
    args: ['--app', app, '--quiet'],
    functionNames: commandLine.processes ? host.functions.filter(isServiceBus).map(({ name }) => name) : [],
    clock: systemClock,
    log,
    onChange: (running) => sendReady(host, running),
  });
  stopOnSignals(() => Promise.all([host.close(), processes.close()]), log);
  // A process of `--processes` is one of several: the list is the first one's.
  if (commandLine.functions === undefined)
    for (const line of listFunctions(host, key === undefined)) log({ level: 'information', message: line });
  sendReady(host, processes.list());
}

main().catch((error: unknown) => {
  console.error(`error: ${errorLine(error)}`);
  // The message names the file; where in it, only the stack of what it threw says.
  if (error instanceof FunctionAppLoadError && error.cause instanceof Error) console.error(error.cause.stack);
  process.exit(1);
});
